/**
 * The reroute by BGP: leaf1 is an FRR router whose routes come from a GoBGP speaker. An agent on it
 * tells what its links carry; the daemon finds the full path and moves the weights of the requests
 * by link bandwidth. Then the speaker dies and comes back empty, and the routes come back with it.
 */
import { bgpDevice, Speaker, startRouter, watchRoutes } from './bgp.mjs';
import { ended } from './daemon.mjs';
import { until } from './processes.mjs';
import { rerouteByRule, weightsOf } from './rerouted.mjs';
import { accepted, Checks, healthyDaemon, REQUESTS } from './safety.mjs';
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
  return { ok: checks.ok, checks: checks.list, ...rerouted, speaker: restored };
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
  const gone = async () =>
    (await lab.exec(DEVICE, ['ip', '-j', 'route', 'show', prefix])).trim() === '[]' || null;
  await until('FRR to give the routes up', gone, { timeoutMs: 30_000 });
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
