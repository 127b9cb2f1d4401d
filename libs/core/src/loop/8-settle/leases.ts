import type { Change } from '../../model';
import type { Pass } from '../pass';

/**
 * Every automatic change is a lease. While the loop runs, and the objective and the rule that asked
 * for the change exist, it is renewed at half time; otherwise it runs out and stage 4 undoes it.
 */
export function renewLeases(pass: Pass): void {
  const { leaseMs } = pass.env.policy;
  for (const change of pass.durable.changes.values()) {
    if (change.leaseUntilMs === null || !isWanted(pass, change)) continue;
    const leftMs = change.leaseUntilMs - pass.now.wallMs;
    if (leftMs > 0 && leftMs < leaseMs / 2) grantLease(pass, change);
  }
}

export function grantLease(pass: Pass, change: Change): void {
  const untilMs = pass.now.wallMs + pass.env.policy.leaseMs;
  pass.record({ kind: 'lease-renewed', id: change.id, untilMs });
}

const isWanted = (pass: Pass, change: Change): boolean =>
  pass.observed.objectives.has(change.objectiveId ?? '') &&
  pass.env.policy.rules.some((rule) => rule.name === change.rule);
