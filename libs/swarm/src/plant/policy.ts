import { compilePolicy } from '@weir/adapter-policy-cel';
import { assert } from '@weir/core/base';
import type { Policy } from '@weir/core/model';

/** Times of a policy in force, a tenth or less of the usual ones: a run lasts two minutes. */
const TEXT = `
apiVersion: weir.dev/v1
kind: Policy
metadata:
  name: swarm
spec:
  detect: { windowMs: 4000, minCount: 20, enterRatio: 1, leaveRatio: 0.9, holdMs: 2000, clearMs: 2000 }
  freshness: { staleMs: 3500, maxUnknownRatio: 0.25 }
  limits:
    maxDevicesPerChange: 4
    maxOpenChanges: 3
    maxChangesPerHour: 20
    maxLayerShare: 0.5
    maxPredictedUtilizationRatio: 0.9
    maxRemovedCapacityRatio: 0.4
    dwellMs: 5000
    reversalWindowMs: 30000
  escalation: { undone: 4, periodMs: 600000 }
  planTtlMs: 30000
  leaseMs: 40000
  verify:
    settleMs: 1000
    minSamples: 4
    maxMs: 10000
    harm: { objectiveRatio: 0.1, otherObjectivesRatio: 0.2, lossIncrease: 0.01 }
  rules:
    - name: reroute
      when: slo.breached && path.maxUtilizationRatio > 0.8
      action: { type: reroute, targetUtilizationRatio: 0.7 }
      mode: auto
      cooldownMs: 8000
    - name: bad-link
      when: slo.breached && cause.name in ["gray-link", "link-failure"] && cause.score > 0.5
      action: { type: avoid }
      mode: auto
      cooldownMs: 8000
    - name: buffer
      when: slo.breached && path.maxUtilizationRatio <= 0.8 && queue.depthRatio > 0.5
      action: { type: buffer, stepExponent: 1, maxScalingFactor: 3 }
      mode: auto
      cooldownMs: 8000
    - name: ecn
      when: slo.breached && loss.ratio > 0.001
      action: { type: ecn, classes: [real-time-inference] }
      mode: auto
      cooldownMs: 8000
    - name: placement
      when: slo.breached && path.imbalanceRatio > 1.2
      action: { type: placement, targetUtilizationRatio: 0.5 }
      mode: auto
      cooldownMs: 8000
`;

let compiled: Policy | null = null;

/** Compiled once for all runs of this process: it is data and functions without a state. */
export function swarmPolicy(): Policy {
  if (compiled !== null) return compiled;
  const policy = compilePolicy(TEXT);
  assert(policy.ok, policy.ok ? '' : `${policy.error.where}: ${policy.error.reason}`);
  compiled = policy.value;
  return compiled;
}
