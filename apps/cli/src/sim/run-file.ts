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

export const loadScenario = (file: string, seed: number | undefined, io: Io): Scenario =>
  unwrap(file, builtScenario(file, seed, io));

/** A scenario file ready to run, or its mistake; files that it names are relative to it. */
export function builtScenario(file: string, seed: number | undefined, io: Io): Result<Scenario> {
  const readBeside = (path: string): Result<string> => {
    try {
      return ok(readText(resolve(file === '-' ? '.' : dirname(file), path), io));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return refuse('scenario-invalid', path, error.message);
    }
  };
  const document = parseScenario(readText(file, io));
  return document.ok ? buildScenario(document.value, { seed, readText: readBeside }) : document;
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
