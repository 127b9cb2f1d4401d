/**
 * The lab in the simulator: the same capacities, queues, routes and load as `topology.mjs` and
 * `namespaces.mjs` give the kernel, so that both can be asked the same questions.
 */
import { DEFAULT_QUEUE, Histogram, World } from '@weir/sim';
import { BURST_BYTES, SHAPED_RATIO } from './network.mjs';
import {
  fabricLinks,
  HOST_MBPS,
  hosts,
  initialRoutes,
  LINK_MBPS,
  linkNamed,
  QUEUE_MS,
  switches,
} from './topology.mjs';

/** What spine2 really sends towards leaf2: a bad optic that no inventory knows of. */
export const SECRET = { port: 'spine2:down2', mbps: 15 };
export const BULK = { from: 'h1', to: 'h3', connections: 12, congestion: 'cubic' };
export const PROBE = { from: 'h2', to: 'h4', perSecond: 100 };

const MBPS = 1e6;
/** One way over a veth pair and the forwarding after it. */
const HOP_US = 20;
/** Class and queue matter to nobody here: the kernel has one FIFO a port. */
const QUEUE = 'fifo';
const COMMON = { class: 'best-effort', control: 'cubic', minRtoMs: 200, hostLimitBps: null };

const shaped = (mbps) => mbps * SHAPED_RATIO * MBPS;
/** What TBF holds: its latency at its rate, and a burst. */
const limitBytes = (mbps) => (shaped(mbps) * QUEUE_MS) / 8000 + BURST_BYTES;
const isSecret = (device, port) => `${device}:${port}` === SECRET.port;

/** The fabric as the kernel has it, the bad link included. */
export function labFabric() {
  return {
    name: 'lab',
    switches: switches.map((name) => ({
      name,
      role: name.startsWith('leaf') ? 'leaf' : 'spine',
      group: 'lab',
      sharedBufferBytes: 1e9,
      weightGridEntries: 64,
    })),
    links: fabricLinks.map((link) => ({
      a: `${link.leaf}:${link.leafPort}`,
      b: `${link.spine}:${link.spinePort}`,
      capacityBps: shaped(LINK_MBPS),
      propagationUs: HOP_US,
    })),
    endpoints: hosts.map((host) => ({
      name: host.name,
      attachedTo: `${host.leaf}:${host.port}`,
      prefix: host.prefix,
      capacityBps: shaped(HOST_MBPS),
      labels: { leaf: host.leaf },
    })),
    queues: [{ name: QUEUE, strict: false, weight: 1, classes: [COMMON.class] }],
  };
}

/** A world with the lab's routes and the probe, whose service time is `service`. */
export function labWorld(service, seed = 1) {
  const spec = labFabric();
  const world = new World(spec, seed);
  for (const device of switches) world.configure(device, settings(world, device));
  const bad = linkNamed(SECRET.port);
  const id = `${bad.leaf}:${bad.leafPort}--${bad.spine}:${bad.spinePort}`;
  const fault = { capacityRatio: SECRET.mbps / LINK_MBPS };
  must(world.setLinkFault(id, fault, SECRET.port));
  must(
    world.startJob({
      ...COMMON,
      kind: 'inference',
      name: 'probe',
      clients: [PROBE.from],
      servers: [PROBE.to],
      requestsPerSecond: PROBE.perSecond,
      profile: null,
      // A line in, a kilobyte out, and the packets that open and close a connection.
      requestBytes: 300,
      responseBytes: 1400,
      serviceMs: service,
      // SYN, then the request: each waits in the queues on its way.
      roundTrips: 2,
      microBurst: null,
      connections: 1,
    }),
  );
  return world;
}

export function startBulk(world) {
  const bulk = { sources: [BULK.from], destinations: [BULK.to], streams: BULK.connections };
  const endless = { rateLimitBps: null, totalBytes: null };
  must(world.startJob({ ...COMMON, kind: 'bulk', name: 'bulk', ...bulk, ...endless }));
}

/** Weights of leaf1 towards a prefix, as `setRoutes` has the switch agent set them. */
export function setWeights(world, prefix, weights) {
  const before = world.settings('leaf1');
  const hops = Object.entries(weights).map(([name, weight]) => ({ interface: name, weight }));
  world.configure('leaf1', { ...before, routes: new Map([...before.routes, [prefix, hops]]) });
}

/** Lets `ms` pass and says what was seen in them, as `measure` of scenario-compare.mjs does. */
export function observe(world, ms) {
  world.takeObservations();
  const before = ports(world);
  const depths = [];
  for (let left = ms; left > 0; left -= 200) {
    world.advanceTo(world.nowMs + Math.min(200, left));
    depths.push(depthMs(world));
  }
  const after = ports(world);
  const latencies = new Histogram();
  for (const { workload, histogram } of world.takeObservations())
    if (workload === 'probe') latencies.merge(histogram);
  const rate = (port) => ((after[port].octets - before[port].octets) * 8) / 1000 / ms;
  const dropped = after.up1.dropped - before.up1.dropped;
  const sent = after.up1.sent - before.up1.sent;
  return {
    up1Mbps: rate('up1'),
    up2Mbps: rate('up2'),
    queueMs: depths.reduce((sum, depth) => sum + depth, 0) / depths.length,
    dropRatio: dropped / Math.max(1, dropped + sent),
    p25Ms: latencies.quantileMs(0.25),
    p75Ms: latencies.quantileMs(0.75),
    p95Ms: latencies.quantileMs(0.95),
  };
}

function settings(world, device) {
  const routes = new Map(world.settings(device).routes);
  for (const { prefix, nextHops } of initialRoutes(device))
    routes.set(
      prefix,
      nextHops.map((hop) => ({ interface: hop.interface, weight: hop.weight })),
    );
  const queues = new Map();
  for (const port of world.settings(device).queues.keys()) {
    const wide = port.startsWith('host') ? HOST_MBPS : LINK_MBPS;
    const mbps = isSecret(device, port) ? SECRET.mbps : wide;
    const limit = { kind: 'static', bytes: limitBytes(mbps) };
    queues.set(port, new Map([[QUEUE, { ...DEFAULT_QUEUE, limit }]]));
  }
  return { routes, queues };
}

function ports(world) {
  const found = {};
  for (const [name, port] of world.counters('leaf1').interfaces)
    found[name] = {
      octets: port.outOctets,
      sent: port.queues[0].transmitPkts,
      dropped: port.queues[0].droppedPkts,
    };
  return found;
}

/** Time that a packet waits in the queue of leaf1:up1 now. */
function depthMs(world) {
  const truth = world
    .truth()
    .find((queue) => queue.device === 'leaf1' && queue.interface === 'up1');
  return ((truth?.depthBytes ?? 0) * 8000) / shaped(LINK_MBPS);
}

function must(result) {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
}
