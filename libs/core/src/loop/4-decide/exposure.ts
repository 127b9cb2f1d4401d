import type { RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel, Spread } from '../../ports';
import type { Evidence } from '../evidence';
import { legsOf, loadsOf, routingOf, whatIf, type Loads } from '../network';
import type { Pass } from '../pass';

/**
 * What the workload sees of the load: mean of u^4 over its traffic, which weighs a hot channel as
 * its queue does (delay grows much faster than load); a plain mean would call 95 % + 5 % fine.
 */
export function exposure(
  pass: Pass,
  evidence: Evidence,
  model: RoutingModel,
  loads: Loads,
): number {
  const alike = new Map<Spread, number>();
  for (const leg of legsOf(pass, evidence.state.objective)) {
    const spread = model.spread(leg.from, leg.prefix);
    alike.set(spread, (alike.get(spread) ?? 0) + 1);
  }
  let sum = 0;
  for (const [spread, times] of alike)
    for (const [key, share] of spread.shares)
      sum += times * share * Math.min(1.2, loads.get(key) ?? 0) ** 4;
  return sum;
}

/** Relative change of the exposure with other routes; negative is better. */
export function exposureGain(
  pass: Pass,
  evidence: Evidence,
  routes: readonly RouteWeights[],
): number {
  const frame = pass.observed.frame as TelemetryFrame;
  const before = exposure(pass, evidence, routingOf(pass), loadsOf(frame));
  const after = whatIf(pass, routes);
  const later = exposure(pass, evidence, after.model, after.loads);
  return before === 0 ? 0 : later / before - 1;
}
