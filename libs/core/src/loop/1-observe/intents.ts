import type { CompiledIntent, IntentId, Objective } from '../../model';
import { UNKNOWN_JOB_TIMES, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** Keeps the compiled form of each intent, and a state for each of its objectives. */
export function compileIntents(pass: Pass): void {
  const { intents } = pass.durable;
  const present = pass.observed.compiled;
  const current =
    present.size === intents.size &&
    [...intents].every(
      ([id, intent]) => present.get(id)?.generation === intent.metadata.generation,
    );
  if (current) return;

  const compiled = new Map<IntentId, { generation: number; value: CompiledIntent }>();
  for (const [id, intent] of intents) {
    const { generation } = intent.metadata;
    const old = present.get(id);
    if (old?.generation === generation) compiled.set(id, old);
    else {
      const result = pass.env.intentKinds.get(intent.kind)?.compile(intent, pass.env.topology);
      // An intent that no longer compiles (the topology changed) keeps its place with nothing to
      // watch; its status says so.
      const value = result?.ok === true ? result.value : { objectives: [], drains: [] };
      compiled.set(id, { generation, value });
    }
  }
  pass.observe({ compiled, objectives: objectiveStates(pass, compiled) });
}

function objectiveStates(
  pass: Pass,
  compiled: ReadonlyMap<IntentId, { readonly value: CompiledIntent }>,
): ReadonlyMap<string, ObjectiveState> {
  const states = new Map<string, ObjectiveState>();
  for (const { value } of compiled.values())
    for (const objective of value.objectives) {
      const old = pass.observed.objectives.get(objective.id);
      const same = old !== undefined && sameObjective(old.objective, objective);
      states.set(objective.id, same ? old : freshState(objective, pass.now.monoMs));
    }
  return states;
}

const sameObjective = (a: Objective, b: Objective): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const freshState = (objective: Objective, monoMs: number): ObjectiveState => ({
  objective,
  boundsMs: [],
  window: [],
  samples: [],
  quantileMs: NaN,
  state: 'unknown',
  sinceMs: monoMs,
  firstSeenWallMs: 0,
  healthyMs: NaN,
  medianMs: NaN,
  healthyMedianMs: NaN,
  burn: [],
  windows: 0,
  attained: 0,
  job: UNKNOWN_JOB_TIMES,
});
