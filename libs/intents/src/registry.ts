import type { IntentKind } from '@weir/core/ports';
import { drain } from './kinds/drain';
import { latencyObjective } from './kinds/latency-objective';
import { qosScheme } from './kinds/qos-scheme';
import { trainingJob } from './kinds/training-job';

const KINDS: readonly IntentKind[] = [latencyObjective, trainingJob, drain, qosScheme];

/** Every kind of intent by its name, as written in `kind:`. */
export const intentKinds: ReadonlyMap<string, IntentKind> = new Map(
  KINDS.map((kind) => [kind.kind, kind]),
);

/** A kind by what people type: its name in any case, with or without a plural s, or a short name. */
export function findIntentKind(word: string): IntentKind | undefined {
  const wanted = word.toLowerCase();
  return KINDS.find((kind) => {
    const name = kind.kind.toLowerCase();
    return wanted === name || wanted === `${name}s` || kind.shortNames.includes(wanted);
  });
}
