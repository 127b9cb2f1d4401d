/**
 * The reroute by BGP: leaf1 is an FRR router whose routes come from a GoBGP speaker. An agent on it
 * tells what its links carry; the daemon finds the full path and moves the weights of the requests
 * by link bandwidth. Then the speaker dies and comes back empty, and the routes come back with it.
 */
import { bgpDevice, Speaker, startRouter, watchRoutes } from './bgp.mjs';
import { ended } from './daemon.mjs';
import { until } from './processes.mjs';
import { rerouteByRule, weightsOf } from './rerouted.mjs';
import { accepted, Checks, healthyDaemon, REQUESTS, told } from './safety.mjs';
import { hostNamed, initialRoutes } from './topology.mjs';

const DEVICE = 'leaf1';

export default {
  name: 'bgp',
  about: 'the same reroute through GoBGP and FRR; the speaker dies and its routes come back',
  needs: ['gobgpd', 'gobgp', 'frr'],
  order: 80,
  limitMs: 200_000,
  run: bgp,
};

async function bgp(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches({ routes: { except: [DEVICE] } });
  await startRouter(lab, DEVICE);
  const speaker = new Speaker(lab, DEVICE);
  await speaker.start();
  lab.progress('FRR and GoBGP have a session');
  const routes = watchRoutes(lab, DEVICE);
  const { api, probe } = await healthyDaemon(
    lab,
    { device: (name) => (name === DEVICE ? bgpDevice(name) : {}) },
    (daemon) => announceInitial(lab, daemon.api, checks),
  );
  const rerouted = await rerouteByRule({ lab, checks, api, probe, routes, device: DEVICE });
  const { off, on, seconds } = rerouted;
  checks.add('the p95 is less than half', on.latencyMs.p95 < off.latencyMs.p95 / 2);
  checks.add('the kernel was seen to change', seconds.setToKernel !== null);
  const restored = await speakerRestarts({ lab, checks, speaker });
  const withdrawn = await withdraw({ lab, checks, api });
  return { ok: checks.ok, checks: checks.list, ...rerouted, speaker: restored, withdrawn };
}

/**
 * Nobody has announced anything: the operator asks for the first routes. A way that is not announced
 * does not exist, and no prefix is left with a single one: bulk keeps a sixty-fourth on spine2.
 */
async function announceInitial(lab, api, checks) {
  const routes = initialRoutes(DEVICE).map(({ prefix, nextHops }) => ({
    device: DEVICE,
    prefix,
    weights: Object.fromEntries(nextHops.map((hop) => [hop.interface, Math.max(1, hop.weight)])),
  }));
  const { id } = await accepted(api, { action: { type: 'reroute', routes } }, lab.progress);
  const change = await ended(api, id, lab.progress, 40_000);
  checks.add("the operator's routes are announced", change.state === 'confirmed', change.reason);
  await until(
    'the routes in the kernel',
    async () => (await lab.exec(DEVICE, ['ip', '-j', 'route', 'show', routes[0].prefix])) !== '[]',
    { timeoutMs: 20_000 },
  );
}

/** gobgpd keeps what it was told in memory only. */
async function speakerRestarts({ lab, checks, speaker }) {
  const before = await weightsOf(lab, DEVICE);
  const { prefix } = hostNamed(REQUESTS.to);
  await speaker.kill();
  await until('FRR to give the routes up', () => hasNoRoute(lab, prefix), { timeoutMs: 30_000 });
  checks.add('without its speaker the router has no routes', true);
  await speaker.start();
  const startedMs = Date.now();
  const same = async () => {
    const now = await weightsOf(lab, DEVICE);
    return JSON.stringify(now) === JSON.stringify(before) || null;
  };
  const back = await until('the routes to come back', same, { timeoutMs: 60_000 }).then(
    () => true,
    () => false,
  );
  const sinceSessionSeconds = Math.round((Date.now() - startedMs) / 100) / 10;
  checks.add('the routes come back with their weights', back);
  return { before, after: await weightsOf(lab, DEVICE), sinceSessionSeconds };
}

/** No weights at all: the router is not told of the prefix any more, and of all others it is. */
async function withdraw({ lab, checks, api }) {
  const { prefix } = hostNamed('h6');
  const before = await weightsOf(lab, DEVICE);
  const action = { type: 'reroute', routes: [{ device: DEVICE, prefix, weights: {} }] };
  const { id } = await accepted(api, { action }, lab.progress);
  const change = await ended(api, id, lab.progress, 60_000);
  checks.add('a withdrawal is confirmed', change.state === 'confirmed', change.reason);
  checks.add('the kernel has no route to the prefix', await hasNoRoute(lab, prefix));
  const after = await weightsOf(lab, DEVICE);
  const kept = Object.keys(before).filter((other) => other !== prefix);
  const same = kept.every(
    (other) => JSON.stringify(after[other]) === JSON.stringify(before[other]),
  );
  checks.add('the other prefixes have theirs', same);
  return told(change);
}

const hasNoRoute = async (lab, prefix) =>
  (await lab.exec(DEVICE, ['ip', '-j', 'route', 'show', prefix])).trim() === '[]';
