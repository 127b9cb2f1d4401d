import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the whole data sets are looked for when nobody says where they are. */
const DEFAULT_FOLDER = '../shared/data';
/** The small samples that come with the sources. */
const SAMPLES = resolve(__dirname, '../../../../test/fixtures');

/** Folder of the benchmarks' data: the option, else WEIR_DATA, else the usual place, else samples. */
export function dataFolder(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const named = option ?? env['WEIR_DATA'];
  if (named !== undefined && named !== '') return named;
  return existsSync(DEFAULT_FOLDER) ? DEFAULT_FOLDER : SAMPLES;
}
