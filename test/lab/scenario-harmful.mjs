/**
 * Changes that make things worse, because a link is worse than the inventory says: the model accepts
 * them, the measurement condemns them, and the kernel is put back, byte for byte. An operator spreads
 * the bulk over both spines, but spine2 really sends a third of its rate towards leaf2. Then one gives
 * the bulk most of a port, which would leave the requests enough if the port had the rate it should.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from './daemon.mjs';
import { leavesOf } from './gnmi-routes.mjs';
import {
  accepted,
  BULK,
  Checks,
  healthyDaemon,
  kernelOf,
  OBJECTIVE,
  REQUESTS,
  told,
  untilHealthy,
  untilKernel,
} from './safety.mjs';
import { hostNamed, initialRoutes, LINK_MBPS, QUEUES } from './topology.mjs';

/** What two ports really send: bad optics that no inventory knows of. */
const SECRET_MBPS = 15;
const DEVICE = 'leaf1';

export default {
  name: 'harmful',
  about: 'changes that make things worse are rolled back, byte for byte',
  needs: ['wecmp', 'htb'],
  rates: { 'spine2:down2': SECRET_MBPS, 'leaf1:up1': SECRET_MBPS },
  qos: true,
  order: 50,
  limitMs: 200_000,
  run: harmful,
};

async function harmful(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches({ qos: true });
  await pinRequests(lab, { up1: 0, up2: 64 });
  const { api, probe } = await healthyDaemon(lab);
  const context = { lab, checks, api, probe };
  const route = await condemnedReroute(context);
  const queue = lab.small ? null : await condemnedScheduler(context);
  const journal = await api.get('/v1/journal/verify');
  checks.add("the journal's chain is whole", journal.chain === 'ok');
  return {
    ok: checks.ok,
    checks: checks.list,
    inventoryMbps: LINK_MBPS,
    actualMbps: SECRET_MBPS,
    changes: [route, queue].filter((part) => part !== null),
  };
}

const SPREAD_BULK = {
  type: 'reroute',
  routes: [{ device: DEVICE, prefix: hostNamed(BULK.to).prefix, weights: { up1: 32, up2: 32 } }],
};
/** 8 of 158 parts of 50 Mb/s are enough for the requests, of 15 Mb/s they are not. */
const FAVOUR_BULK = {
  type: 'scheduler',
  settings: [{ device: DEVICE, interface: 'up1', queue: 'bulk', weight: 150 }],
};

async function condemnedReroute(context) {
  const bulk = await context.lab.bulk({ ...BULK, seconds: 100 });
  await sleep(3000);
  const part = await condemned({ ...context, what: 'a reroute', action: SPREAD_BULK });
  await bulk.stop();
  return part;
}

/** Requests go where the bulk goes, which has a queue of its own now and little of the port. */
async function condemnedScheduler(context) {
  const { lab, api } = context;
  await pinRequests(lab, { up1: 64, up2: 0 });
  const bulk = await lab.bulk({ ...BULK, dscp: QUEUES.bulk.dscp[0], seconds: 100 });
  await sleep(3000);
  await untilHealthy(api);
  const part = await condemned({ ...context, what: 'a scheduler change', action: FAVOUR_BULK });
  await bulk.stop();
  return part;
}

async function condemned({ lab, checks, api, probe, what, action }) {
  const before = await kernelOf(lab, DEVICE);
  const quietMs = probe.last(2500);
  const proposed = await accepted(api, { action, objectiveId: OBJECTIVE }, lab.progress);
  checks.add(
    `${what}: the model accepts it`,
    proposed.plan.checks.every((check) => check.passed),
  );
  // Null when it is never there; looked at below, when it is known how the change ended.
  const changed = untilKernel(lab, DEVICE, before, { same: false, timeoutMs: 20_000 }).catch(
    () => null,
  );
  const change = await ended(api, proposed.id, lab.progress, 60_000);
  const during = await changed;
  checks.add(`${what}: it was in the kernel`, during !== null);
  const { applied, verified } = change.times;
  const harmedMs = probe.between((applied ?? 0) + 500, verified ?? Date.now());
  const verdict = change.verdict?.verdict ?? null;
  checks.add(`${what}: the verdict is harmed`, verdict === 'harmed', change.reason);
  checks.add(`${what}: it is rolled back`, change.state === 'rolled-back', change.reason);
  const after = await kernelOf(lab, DEVICE);
  checks.add(`${what}: the kernel is as before, byte for byte`, after === before);
  await sleep(3000);
  const latencyMs = { before: quietMs, during: harmedMs, after: probe.last(2000) };
  return { ...told(change), latencyMs, proof: { before, during, after } };
}

/** Weights of the requests' prefix by uplink, as an operator's tool sets them. */
async function pinRequests(lab, weights) {
  const { prefix } = hostNamed(REQUESTS.to);
  const route = initialRoutes(DEVICE).find((item) => item.prefix === prefix);
  const nextHops = route.nextHops.map((hop) => ({ ...hop, weight: weights[hop.interface] }));
  await lab.setLeaves(DEVICE, leavesOf([{ prefix, nextHops }]));
}
