import type { RuleScore, Shadow } from '@weir/core/model';
import { addedScores, backtest } from '@weir/runtime';
import type { Io } from '../io';
import { policyOf, program, unwrap } from './program';
import { readFlight } from './sources';

interface Side {
  readonly policy: string;
  readonly scores: readonly RuleScore[];
  readonly decisions: readonly (Shadow & { readonly file: string })[];
}

export interface BacktestReport {
  readonly recordings: readonly {
    readonly file: string;
    readonly version: string;
    readonly complete: boolean;
    readonly fromMs: number;
    readonly toMs: number;
    readonly events: number;
  }[];
  readonly tested: Side;
  /** The policies that were in force when it was recorded, scored in the same way. */
  readonly inForce: Side;
}

/** Scores a policy over recordings: its rules decide, and nothing of it is carried out. */
export function backtestFlights(
  files: readonly string[],
  policyFile: string,
  io: Io,
): BacktestReport {
  const policy = policyOf(policyFile, io);
  const runs = files.map((file) => {
    const { entries, complete } = readFlight(file);
    return { file, complete, ...unwrap(file, backtest(entries, program, policy)) };
  });
  const side = (of: 'tested' | 'inForce'): Side => ({
    policy: [...new Set(runs.map((run) => run[of].policy))].join(', '),
    scores: addedScores(runs.map((run) => run[of].scores)),
    decisions: runs.flatMap((run) => run[of].shadows.map((item) => ({ file: run.file, ...item }))),
  });
  return {
    recordings: runs.map(({ file, version, complete, tested: { fromMs, toMs, events } }) => ({
      file,
      version,
      complete,
      fromMs,
      toMs,
      events,
    })),
    tested: side('tested'),
    inForce: side('inForce'),
  };
}
