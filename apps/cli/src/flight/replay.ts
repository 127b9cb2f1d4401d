import {
  compareWithPolicy,
  readEntries,
  replay,
  type PolicyComparison,
  type ReplayReport,
} from '@weir/runtime';
import type { Io } from '../io';
import { policyOf, program, unwrap } from './program';
import { readFlight } from './sources';

export interface FileReplay extends ReplayReport {
  readonly file: string;
  /** Whether the recording was ended; else a process ended in the middle of it. */
  readonly complete: boolean;
}

export interface FileComparison extends PolicyComparison {
  readonly file: string;
  readonly complete: boolean;
}

/** Each recording folded again and held against what was recorded. */
export const replayFlights = (files: readonly string[]): FileReplay[] =>
  files.map((file) => {
    const { entries, complete } = readFlight(file);
    return { file, complete, ...unwrap(file, replay(entries, program)) };
  });

/** Each recording folded under another policy. */
export function compareFlights(
  files: readonly string[],
  policyFile: string,
  io: Io,
): FileComparison[] {
  const policy = policyOf(policyFile, io);
  return files.map((file) => {
    const { entries, complete } = readFlight(file);
    return { file, complete, ...unwrap(file, compareWithPolicy(entries, program, policy)) };
  });
}

/** Text of the policy that was in force at the end of the last recording. */
export function recordedPolicy(files: readonly string[]): string {
  const file = files.at(-1) ?? '';
  let text = '';
  for (const entry of readEntries(readFlight(file).entries)) {
    const value = unwrap(file, entry);
    if (value.kind === 'environment') text = value.environment.policy.text;
  }
  return text;
}
