import type { Action, Change } from '../../model';
import type { Pass } from '../pass';

/**
 * Whether one device goes first. Undoing goes back to what was known to work, and should not wait.
 */
export function hasCanary(pass: Pass, action: Action, devices: number): boolean {
  const { canaryFromDevices } = pass.env.policy.rollout;
  return action.type !== 'undo' && canaryFromDevices > 0 && devices >= canaryFromDevices;
}

/** Whether the stage has to look well for a while before the next one is written. */
export const needsProof = (pass: Pass, change: Change, stage: number): boolean =>
  stage === 0 &&
  change.plan.stages.length > 1 &&
  hasCanary(pass, change.action, change.plan.diffs.length);

/** Longest time in which a stage can be proved; without fresh telemetry by then it is undone, ms. */
export const proofLimitMs = (pass: Pass): number =>
  pass.env.policy.rollout.proofMs + pass.env.policy.freshness.staleMs + pass.env.operationTimeoutMs;
