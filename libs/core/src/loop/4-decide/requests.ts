import { refuse } from '../../base';
import { isTerminal } from '../../change';
import type {
  Action,
  Change,
  DeviceId,
  DrainRequest,
  IntentId,
  IntentResource,
  PredictedEffect,
  RouteWeights,
} from '../../model';
import type { DecisionRequest } from '../events';
import { loadsOf, profileOf, routesIn, routingOf, whatIf, type Loads } from '../network';
import type { Pass } from '../pass';
import { overruledBy } from '../guard';
import { isUndone } from '../standing';
import type { Draft } from './draft';
import { pendingActions, unreadFor, wantedActions } from './schemes';

type Asked = Omit<Draft, 'predicted' | 'times' | 'rule' | 'incident' | 'cause' | 'verify'>;

/** Drafts for what people asked: their own actions, and dry runs of intents. */
export function requestDrafts(pass: Pass, requests: readonly DecisionRequest[]): Draft[] {
  return requests.flatMap((request) => {
    switch (request.kind) {
      case 'propose':
        return [proposed(pass, request)];
      case 'intent':
        return intentDrafts(pass, request);
      case 'restore':
        return request.changes.map((change) =>
          undoing(pass, change, 'dry-run', dryRunOf(request.requestId, request.intent)),
        );
    }
  });
}

type Of<Kind extends DecisionRequest['kind']> = Extract<DecisionRequest, { kind: Kind }>;

const dryRunOf = (id: string, intent: IntentResource): Draft['request'] => ({
  id,
  dryRun: true,
  intent,
  planHash: null,
});

function proposed(pass: Pass, request: Of<'propose'>): Draft {
  const { requestId, objectiveId, action, dryRun, planHash, by } = request;
  const waiting = { id: requestId, dryRun, intent: null, planHash };
  return asked(pass, {
    origin: 'operator',
    intent: null,
    objectiveId,
    action,
    mode: 'auto',
    by,
    request: waiting,
  });
}

/** What an intent would have the loop do, as plans that are only shown. */
function intentDrafts(pass: Pass, { requestId, intent, compiled }: Of<'intent'>): Draft[] {
  const { schemes = [] } = compiled;
  const unread = [
    ...compiled.drains.flatMap((drain) => unreadDevices(pass, drain)),
    ...schemes.flatMap((scheme) => unreadFor(pass, scheme)),
  ];
  if (unread.length > 0) {
    const reason = `the configuration of ${unread.join(', ')} was not read yet`;
    pass.reply(requestId, refuse('device-unreachable', 'spec', reason));
    return [];
  }
  const drains = compiled.drains
    .map((drain) => ({ wish: drain, action: drainAction(pass, drain) }))
    .filter((item) => item.action.routes.length > 0);
  const queues = schemes.flatMap((scheme) =>
    pendingActions(pass, scheme).map((action) => ({ wish: scheme, action })),
  );
  const pending = [...drains, ...queues];
  if (pending.length === 0)
    pass.reply(requestId, { ok: true, value: { kind: 'intent', intent, plans: [], dryRun: true } });
  return pending.map(({ wish, action }) =>
    asked(pass, {
      ...forIntent(wish),
      action,
      by: 'dry-run',
      request: dryRunOf(requestId, intent),
    }),
  );
}

/** Managed devices whose routes are not known, the one that is to be drained left out. */
function unreadDevices(pass: Pass, { target }: DrainRequest): readonly DeviceId[] {
  return [...pass.env.topology.devices.values()]
    .filter((device) => device.address !== '' && !pass.observed.images.has(device.id))
    .map((device) => device.id)
    .filter((id) => target.kind !== 'device' || target.device !== id);
}

/** Drains that are wanted and not yet in force; asked once until their change has ended. */
export function drainDrafts(pass: Pass): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const { value } of pass.observed.compiled.values())
    for (const drain of value.drains) {
      if (overruledBy(pass, drain.intent) !== null) continue;
      if (hasRecentChange(pass, drain.intent) || unreadDevices(pass, drain).length > 0) continue;
      const action = drainAction(pass, drain);
      if (action.routes.length === 0) continue;
      drafts.push(asked(pass, { ...forIntent(drain), action, by: 'loop', request: null }));
    }
  return drafts;
}

/** QoS schemes that are wanted and not yet in force, a part of each at a time. */
export const schemeDrafts = (pass: Pass): readonly Draft[] =>
  wantedActions(pass).map(({ scheme, action }) =>
    asked(pass, { ...forIntent(scheme), action, by: 'loop', request: null }),
  );

const forIntent = ({ intent }: { readonly intent: IntentId }) => ({
  origin: 'intent' as const,
  intent,
  objectiveId: null,
  mode: 'auto' as const,
});

/** Changes that nobody stands for any more: drains taken back, and leases that ran out. */
export function restoreDrafts(pass: Pass): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const change of pass.durable.changes.values()) {
    if (change.state !== 'confirmed' || change.action.type === 'undo') continue;
    if (!isOrphaned(pass, change) || isUndone(pass, change) || recentlyTried(pass, change))
      continue;
    const why = whyOrphaned(pass, change);
    drafts.push(undoing(pass, change, `the loop: ${why}`, null));
  }
  return drafts;
}

function undoing(pass: Pass, change: Change, by: string, request: Draft['request']): Draft {
  const action: Action = { type: 'undo', changeId: change.id };
  const { intent } = change;
  return asked(pass, {
    origin: 'intent',
    intent,
    objectiveId: null,
    action,
    mode: 'auto',
    by,
    request,
  });
}

function isOrphaned(pass: Pass, change: Change): boolean {
  if (change.adopted !== undefined) return false;
  // What the devices hold by now decides whether there is anything to undo.
  if (!change.plan.diffs.every((diff) => pass.observed.images.has(diff.device))) return false;
  if (change.leaseUntilMs !== null) return pass.now.wallMs >= change.leaseUntilMs;
  if (change.origin !== 'intent' || change.intent === null) return false;
  return !pass.durable.intents.has(change.intent) || overruledBy(pass, change.intent) !== null;
}

function whyOrphaned(pass: Pass, change: Change): string {
  if (change.leaseUntilMs !== null) return 'its lease ran out';
  const other = change.intent === null ? null : overruledBy(pass, change.intent);
  return other === null ? 'its intent is gone' : `${other} goes before it`;
}

/** A refused try is repeated only after this, ms: the reason rarely goes away in a second. */
const RETRY_MS = 30_000;

function hasRecentChange(pass: Pass, intent: IntentId): boolean {
  for (const change of pass.durable.changes.values()) {
    if (change.intent !== intent || change.origin !== 'intent') continue;
    if (!isTerminal(change.state)) return true;
    if (pass.now.wallMs - change.updatedMs < RETRY_MS) return true;
    // Measured harm is an answer; the drain is not tried again until the intent changes.
    const generation = pass.durable.intents.get(intent)?.metadata;
    if (
      change.verdict?.verdict === 'harmed' &&
      generation !== undefined &&
      change.state === 'rolled-back'
    )
      return true;
  }
  return false;
}

function recentlyTried(pass: Pass, undone: Change): boolean {
  for (const change of pass.durable.changes.values())
    if (change.action.type === 'undo' && change.action.changeId === undone.id)
      if (pass.now.wallMs - change.updatedMs < RETRY_MS) return true;
  return false;
}

function drainAction(pass: Pass, drain: DrainRequest): { type: 'reroute'; routes: RouteWeights[] } {
  const closed = closedChannels(pass, drain);
  const routes: RouteWeights[] = [];
  for (const [device, image] of pass.observed.images) {
    const profile = profileOf(pass, device);
    for (const route of profile === null ? [] : routesIn(profile, image)) {
      const avoid = route.nextHops.filter((hop) =>
        leadsInto(pass, closed, device, hop.interface, route.prefix),
      );
      if (avoid.length === 0 || avoid.length === route.nextHops.length) continue;
      const weights = Object.fromEntries(
        route.nextHops.map((hop) => [hop.interface, avoid.includes(hop) ? 0 : hop.weight]),
      );
      routes.push({ device, prefix: route.prefix, weights });
    }
  }
  return { type: 'reroute', routes };
}

function closedChannels(pass: Pass, drain: DrainRequest): ReadonlySet<string> {
  const closed = new Set<string>();
  for (const link of pass.env.topology.links) {
    const { target } = drain;
    const hit =
      target.kind === 'link'
        ? link.id === target.link
        : link.a.device === target.device || link.b.device === target.device;
    if (!hit) continue;
    closed.add(`${link.a.device}:${link.a.interface}`);
    closed.add(`${link.b.device}:${link.b.interface}`);
  }
  return closed;
}

/** Whether traffic of the prefix sent out of this interface comes onto a closed channel. */
function leadsInto(
  pass: Pass,
  closed: ReadonlySet<string>,
  device: DeviceId,
  iface: string,
  prefix: string,
): boolean {
  if (closed.has(`${device}:${iface}`)) return true;
  const model = routingOf(pass);
  const peer = model.peer(device, iface);
  if (peer === null) return false;
  return [...model.spread(peer.device, prefix).shares.keys()].some((key) => closed.has(key));
}

function asked(pass: Pass, draft: Asked): Draft {
  return {
    ...draft,
    rule: null,
    incident: null,
    cause: null,
    verify: pass.env.policy.verify,
    predicted: predictedEffect(pass, draft.action),
    times: { decided: pass.now.wallMs },
  };
}

function predictedEffect(pass: Pass, action: Action): PredictedEffect {
  const frame = pass.observed.frame;
  if (action.type !== 'reroute' || frame === null)
    return {
      gainRatio: 0,
      uncertaintyRatio: 1,
      maxUtilizationBefore: 0,
      maxUtilizationAfter: 0,
      explanation: 'asked for by a person or an intent; no gain is claimed',
    };
  const before = loadsOf(frame);
  const after = whatIf(pass, action.routes);
  const max = (loads: Loads): number =>
    Math.max(0, ...after.touched.map((key) => loads.get(key) ?? 0));
  return {
    gainRatio: 0,
    uncertaintyRatio: 0.25,
    maxUtilizationBefore: max(before),
    maxUtilizationAfter: max(after.loads),
    explanation: `asked for; ${after.touched.length} channels change their load`,
  };
}
