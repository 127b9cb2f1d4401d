/**
 * Changes that make things worse. An operator spreads the bulk over both spines: the inventory
 * allows it and so does the model, but spine2 really sends a third of its rate towards leaf2. The
 * measurement condemns the change, and the kernel is put back, byte for byte.
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
  told,
  untilKernel,
} from './safety.mjs';
import { hostNamed, initialRoutes, LINK_MBPS } from './topology.mjs';

/** What spine2 really sends towards leaf2: a bad optic that no inventory knows of. */
const SECRET_MBPS = 15;
const DEVICE = 'leaf1';

export default {
  name: 'harmful',
  about: 'a change that makes things worse is rolled back, byte for byte',
  needs: ['wecmp'],
  rates: { 'spine2:down2': SECRET_MBPS },
  order: 50,
  limitMs: 150_000,
  run: harmful,
};

async function harmful(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches();
  await separate(lab);
  const { api, probe } = await healthyDaemon(lab);
  const bulk = await lab.bulk({ ...BULK, seconds: 140 });
  await sleep(3000);
  const before = await kernelOf(lab, DEVICE);
  const quietMs = probe.last(2500);

  const action = {
    type: 'reroute',
    routes: [{ device: DEVICE, prefix: hostNamed(BULK.to).prefix, weights: { up1: 32, up2: 32 } }],
  };
  const proposed = await accepted(api, { action, objectiveId: OBJECTIVE }, lab.progress);
  checks.add(
    'the model accepts it',
    proposed.plan.checks.every((check) => check.passed),
  );
  const during = untilKernel(lab, DEVICE, before, { same: false, timeoutMs: 20_000 });
  // Looked at below, when it is known how the change ended.
  during.catch(() => undefined);
  const change = await ended(api, proposed.id, lab.progress, 60_000);
  checks.add('it was in the kernel', (await during.catch(() => null)) !== null);
  const { applied, verified } = change.times;
  const harmedMs = probe.between((applied ?? 0) + 500, verified ?? Date.now());
  checks.add('the verdict is harmed', change.verdict?.verdict === 'harmed', change.reason);
  checks.add('the change is rolled back', change.state === 'rolled-back', change.reason);
  const after = await kernelOf(lab, DEVICE);
  checks.add('the kernel is as before, byte for byte', after === before);
  const journal = await api.get('/v1/journal/verify');
  checks.add("the journal's chain is whole", journal.chain === 'ok');
  await sleep(3000);
  const afterMs = probe.last(2000);
  await bulk.stop();
  return {
    ok: checks.ok,
    checks: checks.list,
    inventoryMbps: LINK_MBPS,
    actualMbps: SECRET_MBPS,
    latencyMs: { before: quietMs, during: harmedMs, after: afterMs },
    change: told(change),
    proof: { before, during: await during.catch(() => null), after },
  };
}

/** Requests take spine2 alone, so that they and the bulk, pinned to spine1, do not meet. */
async function separate(lab) {
  const { prefix } = hostNamed('h4');
  const route = initialRoutes(DEVICE).find((item) => item.prefix === prefix);
  const nextHops = route.nextHops.map((hop) => ({
    ...hop,
    weight: hop.interface === 'up2' ? 64 : 0,
  }));
  await lab.setLeaves(DEVICE, leavesOf([{ prefix, nextHops }]));
}
