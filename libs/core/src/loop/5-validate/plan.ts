import { ok, refuse, type Result } from '../../base';
import {
  inverseOf,
  leavesText,
  type Change,
  type ChangeId,
  type DeviceDiff,
  type DeviceId,
  type LeafDiff,
  type LeafValue,
  type Plan,
} from '../../model';
import { canonicalJson } from '../../ports';
import type { Draft } from '../4-decide';
import { edgesOf, profileOf } from '../network';
import type { Pass } from '../pass';
import { checkOf, routeChanges, runChecks } from './checks';
import { orderOf, type Order } from './order';

/** The reviewable form of a draft; refused only when it cannot be written down at all. */
export function buildPlan(pass: Pass, draft: Draft): Result<Plan> {
  const rendered = render(pass, draft);
  if (!rendered.ok) return rendered;
  const diffs = rendered.value;
  if (diffs.length === 0)
    return refuse('no-alternative', 'action', 'the change would change nothing');
  const inverse = diffs.map(inverseOf);
  const baseHash = pass.env.digest(
    diffs.map((diff) => `${diff.device}\n${baseText(diff)}`).join('\n'),
  );
  const touches = touchesOf(pass, draft, diffs);
  const order = planOrder(pass, draft, diffs);
  const checks = [...runChecks(pass, draft, diffs, inverse), checkOf('order', order.verdict)];
  const reviewed = draft.request?.planHash ?? null;
  const content = {
    diffs,
    baseHash,
    topologyRevision: pass.env.topology.revision,
    action: draft.action,
  };
  const hash = pass.env.digest(canonicalJson(content));
  if (reviewed !== null && reviewed !== hash)
    return refuse(
      'plan-hash-mismatch',
      'planHash',
      `the plan is ${hash} by now, not the one that was reviewed; look at it again`,
    );
  return ok({
    formatVersion: 1,
    hash,
    baseHash,
    topologyRevision: pass.env.topology.revision,
    stages: order.stages,
    diffs,
    inverse,
    predicted: draft.predicted,
    disruption: disruptionOf(pass, draft),
    touches,
    checks,
    risk: riskOf(pass, draft, diffs),
  });
}

/** Stages of the devices; undoing goes back to what was known to work and needs no canary. */
function planOrder(pass: Pass, draft: Draft, diffs: readonly DeviceDiff[]): Order {
  const { action } = draft;
  const devices = diffs.map((diff) => diff.device);
  const routes = action.type === 'reroute' ? action.routes : routeChanges(pass, diffs);
  const from = pass.env.policy.rollout.canaryFromDevices;
  const canary = action.type !== 'undo' && from > 0 && devices.length >= from;
  return orderOf(
    pass,
    devices,
    routes.filter((route) => devices.includes(route.device)),
    canary,
  );
}

const baseText = (diff: DeviceDiff): string =>
  leavesText(diff.leaves.map((leaf) => ({ path: leaf.path, value: leaf.before })));

function render(pass: Pass, draft: Draft): Result<readonly DeviceDiff[]> {
  const { action } = draft;
  switch (action.type) {
    case 'undo':
      return renderUndo(pass, action.changeId);
    case 'reroute':
      return renderEach(pass, action.routes, 'routes', (profile, image, item) =>
        profile.renderRoute(image, item.prefix, item.weights),
      );
    case 'buffer':
      return renderEach(pass, action.settings, 'settings', (profile, image, item) =>
        profile.renderBuffer(image, item),
      );
    case 'ecn':
      return renderEach(pass, action.settings, 'settings', (profile, image, item) =>
        profile.renderEcn(image, item),
      );
    case 'scheduler':
      return renderEach(pass, action.settings, 'settings', (profile, image, item) =>
        profile.renderScheduler(image, item),
      );
  }
}

type Profile = NonNullable<ReturnType<typeof profileOf>>;
type Image = Parameters<Profile['renderRoute']>[0];

/** Renders the items of an action one after the other, each on the image that the last one left. */
function renderEach<Item extends { readonly device: DeviceId }>(
  pass: Pass,
  items: readonly Item[],
  field: string,
  renderItem: (profile: Profile, image: Image, item: Item) => Result<readonly LeafDiff[]>,
): Result<readonly DeviceDiff[]> {
  // One working copy for each device: a change of a thousand routes must not copy it as often.
  const images = new Map<DeviceId, Map<string, LeafValue>>();
  const merged = new Map<DeviceId, Map<string, LeafDiff>>();
  for (const [i, item] of items.entries()) {
    const where = `action.${field}[${i}]`;
    const profile = profileOf(pass, item.device);
    if (profile === null)
      return refuse('device-unknown', `${where}.device`, `${item.device} is not in the topology`);
    const observed = pass.observed.images.get(item.device);
    if (observed === undefined)
      return refuse(
        'device-unreachable',
        `${where}.device`,
        `the configuration of ${item.device} was not read yet`,
      );
    const image = images.get(item.device) ?? new Map(observed);
    images.set(item.device, image);
    const leaves = renderItem(profile, image, item);
    if (!leaves.ok)
      return refuse(leaves.error.code, `${where}: ${leaves.error.where}`, leaves.error.reason);
    for (const { path, after } of leaves.value)
      if (after === null) image.delete(path);
      else image.set(path, after);
    merged.set(item.device, mergeLeaves(merged.get(item.device), leaves.value));
  }
  return ok(toDiffs(merged));
}

/** Keeps the first `before` and the last `after` of each leaf. */
function mergeLeaves(present: Map<string, LeafDiff> | undefined, leaves: readonly LeafDiff[]) {
  const merged = present ?? new Map<string, LeafDiff>();
  for (const leaf of leaves)
    merged.set(leaf.path, { ...leaf, before: merged.get(leaf.path)?.before ?? leaf.before });
  return merged;
}

function toDiffs(merged: ReadonlyMap<DeviceId, ReadonlyMap<string, LeafDiff>>): DeviceDiff[] {
  const diffs: DeviceDiff[] = [];
  for (const [device, leaves] of merged) {
    const changed = [...leaves.values()].filter(
      (leaf) => String(leaf.before) !== String(leaf.after),
    );
    if (changed.length > 0) diffs.push({ device, leaves: changed });
  }
  return diffs;
}

/** The inverse of a kept change, with what the devices hold now as the base. */
function renderUndo(pass: Pass, id: string): Result<readonly DeviceDiff[]> {
  const change = pass.durable.changes.get(id as ChangeId);
  if (change === undefined) return refuse('not-found', 'action.changeId', `no change ${id}`);
  if (change.state !== 'confirmed')
    return refuse(
      'state-forbids',
      'action.changeId',
      `${id} is ${change.state}; only a confirmed change can be undone`,
    );
  return ok(change.plan.inverse);
}

/** The change that an undo takes back. */
const undoneBy = (pass: Pass, { action }: Draft): Change | undefined =>
  action.type === 'undo' ? pass.durable.changes.get(action.changeId as ChangeId) : undefined;

function disruptionOf(pass: Pass, draft: Draft): Plan['disruption'] {
  const undone = undoneBy(pass, draft);
  if (undone !== undefined) return undone.plan.disruption;
  return draft.action.type === 'reroute' ? 'flows-move' : 'queue-change';
}

function touchesOf(pass: Pass, draft: Draft, diffs: readonly DeviceDiff[]): Plan['touches'] {
  const undone = undoneBy(pass, draft)?.plan.touches;
  const links = new Set<string>(undone?.links);
  const prefixes = new Set<string>(undone?.prefixes);
  if (draft.action.type === 'reroute')
    for (const route of draft.action.routes) {
      prefixes.add(route.prefix);
      for (const iface of Object.keys(route.weights)) links.add(`${route.device}:${iface}`);
    }
  else if (draft.action.type !== 'undo')
    for (const setting of draft.action.settings)
      links.add(`${setting.device}:${setting.interface}`);
  const devices = new Set<string>(diffs.map((diff) => diff.device));
  const workloads = new Set<string>();
  for (const state of pass.observed.objectives.values())
    if ([...edgesOf(pass, state.objective)].some((device) => devices.has(device)))
      state.objective.workloads.forEach((name) => workloads.add(name));
  return { links: [...links], prefixes: [...prefixes], workloads: [...workloads] };
}

function riskOf(pass: Pass, draft: Draft, diffs: readonly DeviceDiff[]): Plan['risk'] {
  const reasons: string[] = [];
  for (const { device } of diffs)
    if (pass.observed.commitConfirmed.get(device) === false)
      reasons.push(`no commit-confirmed here: only Weir's own timer undoes it on ${device}`);
  if (diffs.length > 1) reasons.push(`${diffs.length} devices are written`);
  if (draft.action.type === 'reroute')
    reasons.push('flows move to other paths and may be reordered');
  if (draft.predicted.maxUtilizationAfter > 0.8)
    reasons.push(
      `a link is predicted at ${(draft.predicted.maxUtilizationAfter * 100).toFixed(0)} %`,
    );
  const level =
    diffs.length > 4 || draft.predicted.maxUtilizationAfter > 0.9
      ? 'high'
      : reasons.length > 1
        ? 'medium'
        : 'low';
  return { level, reasons };
}
