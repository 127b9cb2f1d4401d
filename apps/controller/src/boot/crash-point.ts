import { writeSync } from 'node:fs';

export type CrashPoint = (label: string) => void;

/** What befalls the process at the point. */
export interface Strike {
  readonly kind: 'kill' | 'stop' | 'term' | 'block';
  /** How long the event loop is blocked, ms; 0 for the others. */
  readonly ms: number;
}

/**
 * Labels hold colons themselves (`before:change-transition`); a number at the end is the count, and
 * what stands behind the equals sign is done instead of killing.
 */
const SPEC =
  /^(?<label>[^=]+?)(?::(?<count>[1-9]\d*))?(?:=(?<kind>kill|stop|term|block)(?<ms>\d+)?)?$/;

/**
 * For tests of recovery: with `WEIR_CRASH_POINT=label[:n][=action]` something befalls the process
 * the n-th time that it passes the point of that name: SIGKILL as in a power cut, `stop` (SIGSTOP,
 * until somebody sends SIGCONT), `term` (SIGTERM, and on it goes), or `block5000`, an event loop
 * that does nothing else for five seconds. Without the variable the points cost one call.
 */
export function crashPointFrom(
  spec: string | undefined,
  strike: (strike: Strike) => void = befall,
): CrashPoint {
  if (spec === undefined || spec === '') return () => undefined;
  const groups = SPEC.exec(spec)?.groups;
  if (groups === undefined) return () => undefined;
  const wanted = groups['label'];
  const kind = (groups['kind'] ?? 'kill') as Strike['kind'];
  const ms = Number(groups['ms'] ?? '0');
  let left = Number(groups['count'] ?? '1');
  return (label) => {
    if (label !== wanted || --left !== 0) return;
    writeSync(2, `weir-controller: crash point ${label}\n`);
    strike({ kind, ms });
  };
}

function befall({ kind, ms }: Strike): void {
  switch (kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'term':
      process.kill(process.pid, 'SIGTERM');
      return;
    case 'block':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
}
