import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { isTerminal } from '@weir/core/change';
import type { ChangeId, ConfigImage, DeviceId, Topology } from '@weir/core/model';
import type { DeviceProfile, StaticRoute } from '@weir/core/ports';
import type { Effect } from './device-truth';
import { Ledger } from './ledger';
import type { OracleFactory } from './oracle';

const PROFILES: Readonly<Record<string, DeviceProfile>> = { openconfig: new OpenConfigProfile() };

/**
 * I6, as the devices are truly configured: what the open changes of the loop take out of use at
 * once stays under the limit on removed capacity, though one link is always allowed, and no change
 * of the loop leaves a prefix on a device without a next hop, or with one where it had more.
 */
export const capacityInUse: OracleFactory = ({ topology, policy, images }) => {
  const ledger = new Ledger();
  const held = new Map(images);
  const channels = channelsOf(topology);
  const totalBps = [...channels.values()].reduce((sum, bps) => sum + bps, 0);
  const oneLinkBps = 2 * Math.max(0, ...topology.links.map((link) => link.capacityBps));
  const limitBps = Math.max(oneLinkBps, policy.limits.maxRemovedCapacityRatio * totalBps);
  const removed = new Map<ChangeId, Set<string>>();
  return {
    invariant: 'I6',
    see(event, report) {
      if (event.kind === 'record') {
        const body = ledger.take(event.record, event.atMs);
        if (body?.kind === 'change-transition' && isTerminal(body.to)) removed.delete(body.id);
      }
      if (event.kind !== 'effect') return;
      const before = routesOf(topology, event.device, held.get(event.device));
      held.set(event.device, event.image);
      const id = ownChange(event, ledger);
      if (id === null) return;
      const after = routesOf(topology, event.device, event.image);
      for (const what of thinned(before, after)) report(`${id} on ${event.device}: ${what}`);
      const out = removed.get(id) ?? new Set();
      removed.set(id, out);
      for (const name of usedBy(before))
        if (!usedBy(after).has(name)) out.add(`${event.device}:${name}`);
      for (const name of usedBy(after)) out.delete(`${event.device}:${name}`);
      const all = new Set([...removed.values()].flatMap((set) => [...set]));
      const outBps = [...all].reduce((sum, key) => sum + (channels.get(key) ?? 0), 0);
      if (outBps > limitBps)
        report(
          `${id} brings the capacity out of use to ${((outBps / totalBps) * 100).toFixed(0)} %: ${[...all].join(', ')}`,
        );
    },
    end: () => undefined,
  };
};

/** The change, when the effect is a planned write of the loop; its own way back is always free. */
function ownChange({ by, changeId }: Effect, ledger: Ledger): ChangeId | null {
  const tracked = changeId === null ? undefined : ledger.changes.get(changeId);
  if (by !== 'set' || tracked?.change.origin !== 'rule') return null;
  return tracked.reached.has('rolling-back') ? null : changeId;
}

/** Directed channels between switches, by key, with their capacity. */
function channelsOf({ links }: Topology): ReadonlyMap<string, number> {
  const channels = new Map<string, number>();
  for (const { a, b, capacityBps } of links) {
    channels.set(`${a.device}:${a.interface}`, capacityBps);
    channels.set(`${b.device}:${b.interface}`, capacityBps);
  }
  return channels;
}

function routesOf(
  { devices }: Topology,
  device: DeviceId,
  image: ConfigImage | undefined,
): readonly StaticRoute[] {
  const profile = PROFILES[devices.get(device)?.profile ?? ''];
  return image === undefined || profile === undefined ? [] : profile.routes(image);
}

const usedBy = (routes: readonly StaticRoute[]): ReadonlySet<string> =>
  new Set(
    routes.flatMap(({ nextHops }) =>
      nextHops.filter((hop) => hop.weight > 0).map((hop) => hop.interface),
    ),
  );

function* thinned(before: readonly StaticRoute[], after: readonly StaticRoute[]): Iterable<string> {
  const left = new Map(after.map((route) => [route.prefix, hopCount(route)]));
  for (const route of before) {
    const had = hopCount(route);
    const has = left.get(route.prefix) ?? 0;
    if (had > 0 && has === 0) yield `${route.prefix} is left without a next hop`;
    else if (had >= 2 && has < 2) yield `${route.prefix} is left with one next hop`;
  }
}

const hopCount = ({ nextHops }: StaticRoute): number =>
  nextHops.filter((hop) => hop.weight > 0).length;
