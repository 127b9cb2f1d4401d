import { writeSync } from 'node:fs';

export type CrashPoint = (label: string) => void;

/** Labels hold colons themselves (`before:change-transition`); a number at the end is the count. */
const SPEC = /^(?<label>.+?)(?::(?<count>[1-9]\d*))?$/;

/**
 * For tests of recovery: with `WEIR_CRASH_POINT=label[:n]` the process kills itself with SIGKILL
 * the n-th time that it passes the point of that name, as a power cut would. Without the variable
 * the points cost one call.
 */
export function crashPointFrom(
  spec: string | undefined,
  kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
): CrashPoint {
  if (spec === undefined || spec === '') return () => undefined;
  const groups = SPEC.exec(spec)?.groups;
  if (groups === undefined) return () => undefined;
  const wanted = groups['label'];
  let left = Number(groups['count'] ?? '1');
  return (label) => {
    if (label !== wanted || --left !== 0) return;
    writeSync(2, `weir-controller: crash point ${label}\n`);
    kill();
  };
}
