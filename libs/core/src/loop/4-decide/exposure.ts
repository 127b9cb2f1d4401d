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
  const present = withoutDown(pass, evidence, routingOf(pass));
  const before = exposure(pass, evidence, present, loadsOf(frame));
  const after = whatIf(pass, routes);
  const next = withoutDown(pass, evidence, after.model);
  const later = exposure(pass, evidence, next, after.loads);
  return before === 0 ? 0 : later / before - 1;
}

/**
 * Routes as the underlay follows them: what leads to a link that is down carries nothing, whatever
 * weight it has. Taken for a way, such a link would look like an idle one.
 */
function withoutDown(pass: Pass, evidence: Evidence, model: RoutingModel): RoutingModel {
  const down = evidence.downChannels;
  if (down.length === 0) return model;
  const routes: RouteWeights[] = [];
  for (const { from: device, prefix } of legsOf(pass, evidence.state.objective)) {
    const hops = model.nextHops(device, prefix);
    const weights = hops.map(({ interface: iface, weight }) => {
      const peer = model.peer(device, iface);
      const behind = peer === null ? undefined : model.spread(peer.device, prefix).shares;
      return down.some((key) => key === `${device}:${iface}` || behind?.has(key)) ? 0 : weight;
    });
    if (weights.some((weight) => weight > 0) && hops.some((hop, i) => hop.weight !== weights[i]))
      routes.push({
        device,
        prefix,
        weights: Object.fromEntries(hops.map((hop, i) => [hop.interface, weights[i] ?? 0])),
      });
  }
  return routes.length === 0 ? model : model.withRoutes(routes);
}
