import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error';

/** Where the whole data sets are looked for when nobody says where they are. */
const DEFAULT_FOLDER = '../shared/data';
/** The small samples that come with the sources. */
const SAMPLES = resolve(__dirname, '../../../../test/fixtures');

/**
 * Folder of the benchmarks' data: the option, else WEIR_DATA, else the usual place, else samples.
 * Refuses one that was asked for by name and is not there.
 */
export function dataFolder(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const named = option ?? env['WEIR_DATA'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    const where = option === undefined ? 'WEIR_DATA' : '--data';
    throw new CliError({ code: 'request-invalid', reason: `there is no folder ${named}`, where });
  }
  return existsSync(DEFAULT_FOLDER) ? DEFAULT_FOLDER : SAMPLES;
}
