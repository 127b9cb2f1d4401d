import { ok, refuse, type Result } from '../../base';
import {
  inverseOf,
  leavesText,
  type Change,
  type ChangeId,
  type DeviceDiff,
  type Plan,
  type QosAction,
} from '../../model';
import { canonicalJson } from '../../ports';
import type { Draft } from '../4-decide';
import { edgesOf, fallsBack } from '../network';
import type { Pass } from '../pass';
import { checkOf, routeChanges, runChecks } from './checks';
import { orderOf, type Order } from './order';
import { lostShares } from './queue-shares';
import { render } from './render';

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
    routes.filter((route) => devices.includes(route.device) && !fallsBack(pass, route)),
    canary,
  );
}

const baseText = (diff: DeviceDiff): string =>
  leavesText(diff.leaves.map((leaf) => ({ path: leaf.path, value: leaf.before })));

/** The change that an undo takes back. */
const undoneBy = (pass: Pass, { action }: Draft): Change | undefined =>
  action.type === 'undo' ? pass.durable.changes.get(action.changeId as ChangeId) : undefined;

function disruptionOf(pass: Pass, draft: Draft): Plan['disruption'] {
  const undone = undoneBy(pass, draft);
  if (undone !== undefined) return undone.plan.disruption;
  const moves = draft.action.type === 'reroute' || draft.action.type === 'sr-policy';
  return moves ? 'flows-move' : 'queue-change';
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
  else if (draft.action.type !== 'undo' && draft.action.type !== 'sr-policy')
    for (const setting of draft.action.settings)
      links.add(`${setting.device}:${setting.interface}`);
  const devices = new Set<string>(diffs.map((diff) => diff.device));
  const workloads = new Set<string>();
  for (const state of pass.observed.objectives.values())
    if ([...edgesOf(pass, state.objective)].some((device) => devices.has(device)))
      state.objective.workloads.forEach((name) => workloads.add(name));
  return { links: [...links], prefixes: [...prefixes], workloads: [...workloads] };
}

/** What a scheme can do to traffic that it does not name. */
function schemeRisks({ settings }: QosAction): readonly string[] {
  const strict = [...new Set(settings.filter((item) => item.strict).map(({ queue }) => queue))];
  return [
    'packets that wait in queues whose drop profile changes may be lost',
    ...strict.map((queue) => `queue ${queue} is served first, up to all of its ports`),
  ];
}

function riskOf(pass: Pass, draft: Draft, diffs: readonly DeviceDiff[]): Plan['risk'] {
  const reasons: string[] = [];
  for (const { device } of diffs)
    if (pass.observed.commitConfirmed.get(device) === false)
      reasons.push(`no commit-confirmed here: only Weir's own timer undoes it on ${device}`);
  if (diffs.length > 1) reasons.push(`${diffs.length} devices are written`);
  if (draft.action.type === 'reroute')
    reasons.push('flows move to other paths and may be reordered');
  if (draft.action.type === 'sr-policy')
    reasons.push('what the headend steers into these paths is not known here, nor their load');
  if (draft.action.type === 'scheduler') reasons.push(...lostShares(pass, draft.action));
  if (draft.action.type === 'qos') reasons.push(...schemeRisks(draft.action));
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
