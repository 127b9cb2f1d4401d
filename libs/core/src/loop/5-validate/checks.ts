import { isTouching } from '../../change';
import {
  patched,
  sameLeaf,
  type DeviceDiff,
  type RouteWeights,
  type ValidationCheck,
} from '../../model';
import type { Draft } from '../4-decide';
import { canonicalJson, type StaticRoute } from '../../ports';
import { fallsBack, loadsOf, profileOf, routesIn, routingOf, whatIf } from '../network';
import { blastRadius, type Verdict } from './blast-radius';
import { sharesHold } from './queue-shares';
import type { Pass } from '../pass';
import { cooldownKey } from '../../state';

/**
 * Every check that a change must pass, each on its own, so that a plan shows all that is wrong
 * with it and not only the first. Limits of the loop's own changes do not bind what people asked
 * for in so far as the plan shows it to them (devices, cool-down, budget).
 */
export function runChecks(
  pass: Pass,
  draft: Draft,
  diffs: readonly DeviceDiff[],
  inverse: readonly DeviceDiff[],
): readonly ValidationCheck[] {
  const { action } = draft;
  const moved = action.type === 'reroute' ? action.routes : routeChanges(pass, diffs);
  // Where a device goes on by routes of its own there is nothing to follow.
  const routes = moved.filter((route) => !fallsBack(pass, route));
  const checks: readonly (readonly [string, Verdict])[] = [
    ['telemetry', telemetryFresh(pass)],
    ['device free', devicesFree(pass, diffs)],
    ['schema', schemaValid(pass, diffs)],
    ['base', baseUnmoved(pass, diffs)],
    ['inverse', inverseProvable(pass, diffs, inverse)],
    ['forwarding', forwardingSound(pass, routes)],
    ['spare path', sparePath(pass, routes)],
    ['capacity', capacityHolds(pass, routes)],
    ['queue shares', sharesHold(pass, draft, diffs)],
    ['blast radius', blastRadius(pass, draft, diffs, routes)],
    ['open changes', openChanges(pass)],
    ['budget', budgetLeft(pass, draft)],
    ['cool-down', cooledDown(pass, draft)],
  ];
  return checks.map(([name, verdict]) => checkOf(name, verdict));
}

export const checkOf = (name: string, verdict: Verdict): ValidationCheck => ({
  name,
  passed: verdict === null,
  code: verdict?.[0] ?? null,
  detail: verdict?.[1] ?? '',
});

/** What the diffs mean for forwarding where the action does not say: routes before and after. */
export function routeChanges(pass: Pass, diffs: readonly DeviceDiff[]): readonly RouteWeights[] {
  return diffs.flatMap(({ device, leaves }) => {
    const image = pass.observed.images.get(device);
    const profile = profileOf(pass, device);
    if (image === undefined || profile === null) return [];
    const before = new Map(
      routesIn(profile, image).map((route) => [route.prefix, weightsOf(route)]),
    );
    const after = new Map(
      profile.routes(patched(image, leaves)).map((route) => [route.prefix, weightsOf(route)]),
    );
    return [...new Set([...before.keys(), ...after.keys()])]
      .filter((prefix) => !sameWeights(before.get(prefix), after.get(prefix)))
      .map((prefix) => ({
        device,
        prefix,
        weights: { ...zeroed(before.get(prefix)), ...after.get(prefix) },
      }));
  });
}

type Weights = Readonly<Record<string, number>>;

const weightsOf = (route: StaticRoute): Weights =>
  Object.fromEntries(route.nextHops.map((hop) => [hop.interface, hop.weight]));

const zeroed = (weights: Weights = {}): Weights =>
  Object.fromEntries(Object.keys(weights).map((name) => [name, 0]));

const sameWeights = (a: Weights = {}, b: Weights = {}): boolean =>
  canonicalJson(a) === canonicalJson(b);

function telemetryFresh(pass: Pass): Verdict {
  const { holdReason } = pass.observed;
  return holdReason === '' ? null : ['telemetry-stale', holdReason];
}

function devicesFree(pass: Pass, diffs: readonly DeviceDiff[]): Verdict {
  for (const { device } of diffs) {
    const reason = pass.durable.fenced.get(device);
    if (reason !== undefined) return ['device-fenced', `${device} is fenced: ${reason}`];
    for (const change of pass.durable.changes.values())
      if (isTouching(change.state) && change.devices[device] !== undefined)
        return ['device-busy', `${change.id} is ${change.state} on ${device}`];
    if ((pass.env.topology.devices.get(device)?.address ?? '') === '')
      return ['capability-missing', `${device} has no management address`];
  }
  return null;
}

function schemaValid(pass: Pass, diffs: readonly DeviceDiff[]): Verdict {
  for (const { device, leaves } of diffs) {
    const image = pass.observed.images.get(device);
    const checked = image && profileOf(pass, device)?.checkSchema(patched(image, leaves));
    if (checked?.ok === false)
      return [checked.error.code, `${device}: ${checked.error.where}: ${checked.error.reason}`];
  }
  return null;
}

function baseUnmoved(pass: Pass, diffs: readonly DeviceDiff[]): Verdict {
  for (const { device, leaves } of diffs) {
    const image = pass.observed.images.get(device);
    if (image === undefined) return ['base-drifted', `the configuration of ${device} is not known`];
    const moved = leaves.find((leaf) => !sameLeaf(image.get(leaf.path) ?? null, leaf.before));
    if (moved !== undefined)
      return [
        'base-drifted',
        `${device}:${moved.path} is ${String(image.get(moved.path) ?? 'absent')}, not ${String(moved.before ?? 'absent')}`,
      ];
  }
  return null;
}

/** Forward and back must give the image that is there now, and that image must be valid. */
function inverseProvable(
  pass: Pass,
  diffs: readonly DeviceDiff[],
  inverse: readonly DeviceDiff[],
): Verdict {
  for (const diff of diffs) {
    const image = pass.observed.images.get(diff.device);
    const back = inverse.find((item) => item.device === diff.device);
    if (image === undefined || back === undefined)
      return ['inverse-unprovable', `there is no inverse for ${diff.device}`];
    const forth = new Map(diff.leaves.map((leaf) => [leaf.path, leaf.after]));
    for (const leaf of back.leaves) forth.set(leaf.path, leaf.after);
    for (const [path, value] of forth)
      if (!sameLeaf(value, image.get(path) ?? null))
        return ['inverse-unprovable', `${diff.device}:${path} would not come back`];
    // All leaves that either way touches are as they are now, so what is restored is this image.
    const checked = profileOf(pass, diff.device)?.checkSchema(image);
    if (checked?.ok === false)
      return [
        'inverse-unprovable',
        `${diff.device}: the old configuration is not valid: ${checked.error.reason}`,
      ];
  }
  return null;
}

/** What the change can break, a loop or a hole, lies behind a device whose route it changes. */
function forwardingSound(pass: Pass, routes: readonly RouteWeights[]): Verdict {
  if (routes.length === 0) return null;
  const model = routingOf(pass).withRoutes(routes);
  for (const { device, prefix } of routes) {
    const { problem } = model.spread(device, prefix);
    if (problem === null) continue;
    const loops = problem.kind === 'loop';
    return [
      loops ? 'forwarding-loop' : 'black-hole',
      `${prefix} from ${device} would ${loops ? 'loop' : 'end'} at ${problem.at}`,
    ];
  }
  return null;
}

/** Where there were two ways or more, two must remain. */
function sparePath(pass: Pass, routes: readonly RouteWeights[]): Verdict {
  const present = pass.observed.routing?.model;
  for (const route of routes) {
    const before = present?.nextHops(route.device, route.prefix).length ?? 0;
    const after = Object.values(route.weights).filter((weight) => weight > 0).length;
    if (after === 0)
      return ['black-hole', `${route.prefix} at ${route.device} would have no next hop`];
    if (before >= 2 && after < 2)
      return [
        'spare-path-missing',
        `${route.prefix} at ${route.device} would have one next hop left`,
      ];
  }
  return null;
}

function capacityHolds(pass: Pass, routes: readonly RouteWeights[]): Verdict {
  const frame = pass.observed.frame;
  if (routes.length === 0 || frame === null) return null;
  const before = loadsOf(frame);
  const after = whatIf(pass, routes);
  const limit = pass.env.policy.limits.maxPredictedUtilizationRatio;
  const present = Math.max(0, ...after.touched.map((key) => before.get(key) ?? 0));
  for (const key of after.touched) {
    const load = after.loads.get(key) ?? 0;
    // A channel that gets no more than it has is no reason against the change, however full it is.
    if (load <= (before.get(key) ?? 0)) continue;
    if (load > Math.max(limit, present) + 1e-6 || load > 1 + 1e-6)
      return [
        'overload-predicted',
        `${key} is predicted at ${(load * 100).toFixed(0)} % (limit ${(limit * 100).toFixed(0)} %)`,
      ];
  }
  return null;
}

function openChanges(pass: Pass): Verdict {
  const open = [...pass.durable.changes.values()].filter((change) =>
    isTouching(change.state),
  ).length;
  const { maxOpenChanges } = pass.env.policy.limits;
  return open < maxOpenChanges
    ? null
    : ['limit-exceeded', `${open} changes are open, the limit is ${maxOpenChanges}`];
}

const HOUR_MS = 3_600_000;

function budgetLeft(pass: Pass, draft: Draft): Verdict {
  if (draft.origin !== 'rule') return null;
  const { maxChangesPerHour } = pass.env.policy.limits;
  const recent = pass.durable.startsMs.filter((at) => pass.now.wallMs - at < HOUR_MS).length;
  return recent < maxChangesPerHour
    ? null
    : ['change-budget', `${recent} changes in the last hour, the budget is ${maxChangesPerHour}`];
}

function cooledDown(pass: Pass, draft: Draft): Verdict {
  if (draft.rule === null) return null;
  const rule = pass.env.policy.rules.find((item) => item.name === draft.rule);
  const actedMs = pass.durable.actedMs.get(cooldownKey(draft.rule, draft.objectiveId));
  if (rule === undefined || actedMs === undefined) return null;
  const left = actedMs + rule.cooldownMs - pass.now.wallMs;
  return left <= 0
    ? null
    : ['cool-down', `rule ${rule.name} acted here; ${Math.ceil(left / 1000)} s to go`];
}
