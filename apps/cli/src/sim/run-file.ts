import { dirname, resolve } from 'node:path';
import {
  buildScenario,
  parseScenario,
  runScenario,
  type Run,
  type RunOptions,
  type Scenario,
} from '@weir/closed-loop';
import { ok, refuse, type Result } from '@weir/core/base';
import { CliError } from '../cli-error';
import type { Io } from '../io';
import { readText } from '../offline/documents';

/** A scenario file ready to run; files that it names are relative to it. */
export function loadScenario(file: string, seed: number | undefined, io: Io): Scenario {
  const readBeside = (path: string): Result<string> => {
    try {
      return ok(readText(resolve(file === '-' ? '.' : dirname(file), path), io));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return refuse('scenario-invalid', path, error.message);
    }
  };
  const document = unwrap(file, parseScenario(readText(file, io)));
  return unwrap(file, buildScenario(document, { seed, readText: readBeside }));
}

export async function runLoaded(
  file: string,
  scenario: Scenario,
  options: RunOptions,
): Promise<Run> {
  return unwrap(file, await runScenario(scenario, options));
}

function unwrap<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value;
  const { code, reason, where } = result.error;
  throw new CliError({ code, reason, where: `${file === '-' ? 'stdin' : file}: ${where}` });
}
