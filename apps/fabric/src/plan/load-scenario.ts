import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buildScenario, parseScenario, type Scenario } from '@weir/closed-loop';
import { ok, refuse, type Result } from '@weir/core/base';

/** Reads a scenario file and what it names; relative paths start at the file. */
export function loadScenario(file: string, seed?: number): Result<Scenario> {
  const readText = (path: string): Result<string> => {
    try {
      return ok(readFileSync(resolve(dirname(file), path), 'utf8'));
    } catch (error) {
      return refuse('scenario-invalid', path, (error as Error).message);
    }
  };
  const text = readText(resolve(file));
  if (!text.ok) return text;
  const document = parseScenario(text.value);
  if (!document.ok) return document;
  return buildScenario(document.value, { seed, readText });
}
