import type { RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel, Spread } from '../../ports';
import type { Evidence } from '../evidence';
import { legsOf, loadsOf, routingOf, topologyIndex, whatIf, type Loads } from '../network';
import type { Pass } from '../pass';

/**
 * What the workload sees of the load: mean of u^4 over its traffic, which weighs a hot channel as
 * its queue does (delay grows much faster than load); a plain mean would call 95 % + 5 % fine. The
 * ports of the hosts count too: where those are what is full, no route is worth much.
 */
export function exposure(
  pass: Pass,
  evidence: Evidence,
  model: RoutingModel,
  loads: Loads,
): number {
  const { attachments } = topologyIndex(pass.env.topology);
  const alike = new Map<Spread, number>();
  let sum = 0;
  for (const leg of legsOf(pass, evidence.state.objective)) {
    const spread = model.spread(leg.from, leg.prefix);
    alike.set(spread, (alike.get(spread) ?? 0) + 1);
    sum += weighed(loads.get(attachments.get(leg.prefix) ?? ''));
  }
  for (const [spread, times] of alike)
    for (const [key, share] of spread.shares) sum += times * share * weighed(loads.get(key));
  return sum;
}

const weighed = (load: number | undefined): number => Math.min(1.2, load ?? 0) ** 4;

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
