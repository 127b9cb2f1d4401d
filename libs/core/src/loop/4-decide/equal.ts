import type { RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Evidence } from '../evidence';
import {
  edgesOf,
  legsOf,
  loadsOf,
  routingOf,
  splitChannel,
  topologyIndex,
  whatIf,
} from '../network';
import type { Pass } from '../pass';
import { Allowance } from './allowance';
import type { Candidate } from './draft';
import { exposureGain } from './exposure';

/**
 * From so many failures around an objective's leaves on weights are not optimised: in production
 * central traffic engineering lost to plain ECMP then (Gangidi et al., "RDMA over Ethernet for
 * Distributed AI Training at Meta Scale", SIGCOMM 2024), since it knew too little of what was left.
 */
export const MANY_FAILURES = 2;
/** Shares this close are the same. */
const SAME_SHARE = 0.01;

/**
 * Failed links at the leaves of the objective's endpoints; a neighbour that has lost all of its
 * links is one failure, as it is one device that went.
 */
export function failuresAround(pass: Pass, evidence: Evidence): readonly string[] {
  const frame = pass.observed.frame as TelemetryFrame;
  const { uplinks, behind, opposite } = topologyIndex(pass.env.topology);
  const failed = new Set<string>();
  for (const leaf of edgesOf(pass, evidence.state.objective))
    for (const channel of uplinks.get(leaf) ?? []) {
      if (!isDown(frame, channel) && !isDown(frame, opposite.get(channel) ?? '')) continue;
      const peer = behind.get(channel);
      const all = uplinks.get(peer ?? leaf) ?? [];
      const whole = peer !== undefined && all.every((own) => isDown(frame, own));
      failed.add(whole ? peer : channel);
    }
  return [...failed];
}

const isDown = (frame: TelemetryFrame, channel: string): boolean =>
  frame.channels.operStatus[frame.layout.channelIndex.get(channel) ?? -1] === 0;

/**
 * Equal weights over the next hops from which every link is up, for the objective's own prefixes at
 * its leaves; nothing where they are equal already.
 */
export function equalCandidate(
  pass: Pass,
  evidence: Evidence,
  failures: readonly string[],
): Candidate {
  const frame = pass.observed.frame as TelemetryFrame;
  const model = routingOf(pass);
  const allowance = new Allowance(pass);
  const routes: RouteWeights[] = [];
  for (const leg of legsOf(pass, evidence.state.objective)) {
    const weights = equalWeights(pass, frame, model, leg);
    if (weights !== null && allowance.take(leg.from))
      routes.push({ device: leg.from, prefix: leg.prefix, weights });
  }
  const why = `${failures.length} failures around its leaves (${failures.join(', ')})`;
  const loads = whatIf(pass, routes);
  const worst = (ratios: { get(channel: string): number | undefined }): number =>
    Math.max(0, ...loads.touched.map((key) => ratios.get(key) ?? 0));
  return {
    action: { type: 'reroute', routes },
    predicted: {
      gainRatio: routes.length === 0 ? 0 : exposureGain(pass, evidence, routes),
      uncertaintyRatio: routes.length === 0 ? 0 : 0.25,
      maxUtilizationBefore: worst(loadsOf(frame)),
      maxUtilizationAfter: worst(loads.loads),
      explanation:
        routes.length === 0
          ? `${why}: weights stay equal over what is left, and nothing is optimised`
          : `${why}: ${routes.length} prefixes are spread equally over what is left`,
    },
    method: 'equal-weights',
    notes: ['after several failures plain ECMP has done better than optimised weights'],
  };
}

function equalWeights(
  pass: Pass,
  frame: TelemetryFrame,
  model: RoutingModel,
  leg: { readonly from: RouteWeights['device']; readonly prefix: string },
): Record<string, number> | null {
  const hops = model.nextHops(leg.from, leg.prefix);
  const live = hops.map(({ interface: iface }) => {
    if (isDown(frame, `${leg.from}:${iface}`)) return false;
    const peer = model.peer(leg.from, iface);
    if (peer === null) return true;
    return [...model.spread(peer.device, leg.prefix).shares.keys()].every(
      (key) => !isDown(frame, key) || splitChannel(key).device === leg.from,
    );
  });
  const count = live.filter((isLive) => isLive).length;
  if (count < 2) return null;
  const entries = pass.env.topology.devices.get(leg.from)?.weightGridEntries ?? count;
  const weights = live.map((isLive) => (isLive ? Math.max(1, Math.floor(entries / count)) : 0));
  const total = hops.reduce((sum, hop, i) => sum + (live[i] === true ? hop.weight : 0), 0);
  // What a device has on a dead link it takes away by itself; what counts is how it splits the rest.
  const equal = hops.every(
    (hop, i) => live[i] !== true || Math.abs(hop.weight / total - 1 / count) < SAME_SHARE,
  );
  const remote = hops.some(
    (hop, i) =>
      live[i] !== true && hop.weight > 0 && !isDown(frame, `${leg.from}:${hop.interface}`),
  );
  if (equal && !remote) return null;
  return Object.fromEntries(hops.map((hop, i) => [hop.interface, weights[i] ?? 0]));
}
