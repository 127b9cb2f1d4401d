import { sameLeaf, type Change, type DeviceDiff, type LeafValue } from '../../model';
import type { LeafHistory } from '../../state';
import type { Pass } from '../pass';
import type { Objection } from './permission';

/**
 * Dwell time and A-B-A across all actions and rules. A route or queue rests after an automatic
 * change settled on it, and values that one replaced are not brought back for a while: two rules
 * that want opposite things would otherwise take turns for ever. An explicit undo is going back,
 * which is always allowed; writing the undone values a third time is not.
 */
export function atRest(pass: Pass, change: Change): Objection {
  if (change.origin !== 'rule' || change.action.type === 'undo') return null;
  for (const diff of change.plan.diffs) {
    const found = deviceAtRest(pass, diff);
    if (found !== null) return found;
  }
  return null;
}

interface Resource {
  /** Values after the change by path, of the leaves that it writes. */
  readonly next: Map<string, LeafValue | null>;
  readonly histories: Map<string, LeafHistory>;
}

function deviceAtRest(pass: Pass, { device, leaves }: DeviceDiff): Objection {
  const { dwellMs, reversalWindowMs } = pass.env.policy.limits;
  const { wallMs } = pass.now;
  const resources = new Map<string, Resource>();
  for (const leaf of leaves)
    resourceIn(resources, resourceOf(pass, device, leaf.path)).next.set(leaf.path, leaf.after);
  for (const [key, history] of pass.durable.written) {
    if (!key.startsWith(`${device}/`)) continue;
    const path = key.slice(device.length);
    const resource = resources.get(resourceOf(pass, device, path));
    if (resource === undefined) continue;
    const leftMs = history.atMs + dwellMs - wallMs;
    if (leftMs > 0)
      return [
        'dwell-time',
        `${history.changeId} settled on ${device}:${path}; it rests for ${Math.ceil(leftMs / 1000)} s more (limits.dwellMs)`,
      ];
    resource.histories.set(path, history);
  }
  const image = pass.observed.images.get(device);
  for (const [name, { next, histories }] of resources)
    for (const [changeId, values] of replacedBy(histories, wallMs - reversalWindowMs)) {
      const back = [...values].every(([path, value]) =>
        sameLeaf(next.has(path) ? (next.get(path) ?? null) : (image?.get(path) ?? null), value),
      );
      if (back)
        return [
          'reversal',
          `${device}:${name} would be as before ${changeId} again (limits.reversalWindowMs)`,
        ];
    }
  return null;
}

/** Values that were replaced since then, by the change that replaced them. */
function replacedBy(histories: ReadonlyMap<string, LeafHistory>, sinceMs: number) {
  const states = new Map<string, Map<string, LeafValue | null>>();
  for (const [path, { replaced }] of histories)
    for (const { changeId, atMs, value } of replaced) {
      if (atMs <= sinceMs) continue;
      const state = states.get(changeId) ?? new Map<string, LeafValue | null>();
      states.set(changeId, state.set(path, value));
    }
  return states;
}

function resourceIn(resources: Map<string, Resource>, name: string): Resource {
  const resource = resources.get(name) ?? { next: new Map(), histories: new Map() };
  resources.set(name, resource);
  return resource;
}

/** The route or queue that a leaf belongs to, as the profile of the device says. */
function resourceOf(pass: Pass, device: DeviceDiff['device'], path: string): string {
  const profile = pass.env.profiles.get(pass.env.topology.devices.get(device)?.profile ?? '');
  return profile?.resourceOf?.(path) ?? path;
}
