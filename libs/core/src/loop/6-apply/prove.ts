import type { Change, DeviceId } from '../../model';
import { comparable, median, quantilesOf, samplesAfter, touchedLoss } from '../effect';
import { devicesOnPaths } from '../network';
import type { ObjectiveState, StageProof } from '../observed';
import type { Pass } from '../pass';
import { needsProof, proofLimitMs } from '../transaction';

/** Fewer samples than these are chance. */
const FEWEST = 2;
/** Share of its threshold below which an objective may get worse without being harmed. */
const COMFORTABLE = 0.8;

export type ProofResult =
  | { readonly kind: 'proved'; readonly evidence: readonly string[] }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'harm'; readonly reason: string };

const WAITING: ProofResult = { kind: 'waiting' };

/** Remembers how things are before the stage is written. */
export function beginProof(pass: Pass, change: Change, stage: number): void {
  if (!needsProof(pass, change, stage) || pass.observed.proofs.get(change.id)?.stage === stage)
    return;
  const devices = change.plan.stages[stage] ?? [];
  const objectivesBeforeMs = new Map<string, number>();
  for (const [id, state] of pass.observed.objectives)
    if (crosses(pass, state, devices))
      objectivesBeforeMs.set(id, median(comparable(pass, change, state)));
  remember(pass, change, {
    stage,
    sinceMs: NaN,
    lossBefore: touchedLoss(pass, change, devices),
    objectivesBeforeMs,
    lossAfter: [],
    frame: pass.observed.frame?.sequence ?? 0,
  });
}

/**
 * A stage is proved when every device of it was read back and, where it is the canary, nothing got
 * worse on fresh telemetry for as long as the policy says. No fresh telemetry is no proof.
 */
export function proveStage(pass: Pass, change: Change, stage: number): ProofResult {
  const devices = change.plan.stages[stage] ?? [];
  const readBack = `${devices.join(', ')}: read back as planned`;
  if (!needsProof(pass, change, stage)) return { kind: 'proved', evidence: [readBack] };
  beginProof(pass, change, stage);
  const proof = look(pass, change, devices);
  if (proof === null) return WAITING;
  const harm = harmBy(pass, change, proof);
  if (harm !== null) return { kind: 'harm', reason: harm };
  const elapsedMs = pass.now.monoMs - proof.sinceMs;
  if (isFresh(pass, proof, devices))
    return {
      kind: 'proved',
      evidence: [readBack, `no harm seen in ${proof.lossAfter.length} frames of ${elapsedMs} ms`],
    };
  if (elapsedMs <= proofLimitMs(pass)) return WAITING;
  return { kind: 'harm', reason: `telemetry-stale: no fresh telemetry of ${devices.join(', ')}` };
}

function look(pass: Pass, change: Change, devices: readonly DeviceId[]): StageProof | null {
  const proof = pass.observed.proofs.get(change.id);
  if (proof === undefined) return null;
  const { frame } = pass.observed;
  const begun = Number.isNaN(proof.sinceMs) ? { ...proof, sinceMs: pass.now.monoMs } : proof;
  const isNew = frame !== null && frame.sequence !== begun.frame && frame.atMs > begun.sinceMs;
  const next = isNew
    ? {
        ...begun,
        lossAfter: [...begun.lossAfter, touchedLoss(pass, change, devices)],
        frame: frame.sequence,
      }
    : begun;
  remember(pass, change, next);
  return next;
}

/** Whether every device of the stage was measured after it was written, for long enough. */
function isFresh(pass: Pass, proof: StageProof, devices: readonly DeviceId[]): boolean {
  const { frame, holdReason } = pass.observed;
  if (frame === null || holdReason !== '' || proof.lossAfter.length === 0) return false;
  const sinceMs = frame.atMs - proof.sinceMs;
  if (sinceMs < pass.env.policy.rollout.proofMs) return false;
  return devices.every((device) => {
    const row = frame.layout.devices.indexOf(device);
    const ageMs = frame.devices.ageMs[row] ?? NaN;
    return frame.devices.synced[row] === 1 && ageMs < sinceMs;
  });
}

/** Harm by the limits of the change, seen in every sample so that chance does not undo it. */
function harmBy(pass: Pass, change: Change, proof: StageProof): string | null {
  const { harm } = change.verify;
  const loss = median(proof.lossAfter);
  if (proof.lossAfter.length >= FEWEST && loss - proof.lossBefore > harm.lossIncrease)
    return `loss on the touched links rose to ${(loss * 100).toFixed(1)} %`;
  for (const [id, beforeMs] of proof.objectivesBeforeMs) {
    const state = pass.observed.objectives.get(id);
    if (state === undefined || !(beforeMs > 0)) continue;
    const after = quantilesOf(samplesAfter(state, proof.sinceMs));
    const limit = id === change.objectiveId ? harm.objectiveRatio : harm.otherObjectivesRatio;
    const worse = after.filter((value) => value / beforeMs - 1 > limit);
    if (after.length < FEWEST || worse.length < after.length) continue;
    const goodMs = COMFORTABLE * (state.objective.thresholdMs ?? Infinity);
    if (id !== change.objectiveId && median(after) <= goodMs) continue;
    return `${id} is ${((median(after) / beforeMs - 1) * 100).toFixed(1)} % worse`;
  }
  return null;
}

const crosses = (pass: Pass, state: ObjectiveState, devices: readonly DeviceId[]): boolean => {
  const onPaths = devicesOnPaths(pass, state.objective);
  return devices.some((device) => onPaths.has(device));
};

function remember(pass: Pass, change: Change, proof: StageProof): void {
  pass.observe({ proofs: new Map(pass.observed.proofs).set(change.id, proof) });
}
