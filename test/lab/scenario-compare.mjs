/**
 * How far the simulator is from a real dataplane: the same fabric, load and route changes in the
 * kernel and in libs/sim, the same figures from both, and the error of each. Only the time that
 * the probe takes on an empty network is handed to the model; the rest it has to predict.
 */
import { leavesOf } from './gnmi-routes.mjs';
import { BULK, labWorld, observe, PROBE, SECRET, setWeights, startBulk } from './model.mjs';
import { hostNamed, initialRoutes } from './topology.mjs';

const SETTLE_MS = 4_000;
const MEASURE_MS = 12_000;
const SAMPLE_MS = 200;
/** Differences below these are the noise of a busy machine and no error of the model. */
const NOISE = { Mbps: 0.5, Ms: 5, Ratio: 1e-4 };
/**
 * Errors up to which the model passes. Loss is shown and not judged: CUBIC drops in clusters when it
 * overshoots, which a mean ratio does not describe.
 */
const ALLOWED = { Mbps: 0.05, Ms: 0.3, Ratio: Infinity };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What happens between the phases, to the kernel and to the model alike. */
const PHASES = [
  { name: 'shared', what: 'bulk fills spine1, which half of the probes take', weights: null },
  {
    name: 'moved',
    what: 'the probes move to spine2',
    weights: { to: 'h4', up1: 1, up2: 63 },
  },
  {
    name: 'spread',
    what: 'the bulk spreads over both spines; behind spine2 is the bad link',
    weights: { to: 'h3', up1: 32, up2: 32 },
  },
];

export default {
  name: 'compare',
  about: 'no daemon; the same load in the kernel and in the simulator, and the error of that',
  needs: ['tbf'],
  order: 90,
  rates: { [SECRET.port]: SECRET.mbps },
  run: compare,
};

async function compare(lab) {
  await lab.startSwitches();
  const latencies = await lab.probe({ ...PROBE, otlp: false });
  await sleep(1_000);
  const empty = await measure(lab, latencies);
  const service = serviceOf(latencies.quantiles(empty.fromMs, empty.toMs, [0.5, 0.95]));
  lab.progress(`empty network: median ${service.median} ms, sigma ${service.sigma}`);
  const world = labWorld(service);
  world.advanceTo(1_000);

  const { tool, ...load } = await lab.bulk({ ...BULK, seconds: 100 });
  startBulk(world);
  const phases = [];
  for (const { name, what, weights } of PHASES) {
    if (weights !== null) await move(lab, world, weights);
    await sleep(SETTLE_MS);
    world.advanceTo(world.nowMs + SETTLE_MS);
    const { figures: kernel } = await measure(lab, latencies);
    const simulator = observe(world, MEASURE_MS);
    phases.push({ name, what, figures: side(kernel, simulator) });
    lab.progress(`${name}: ${what}\n${table(phases.at(-1).figures)}`);
  }
  await load.stop();
  const ok = phases.every((phase) => Object.entries(phase.figures).every(isNear));
  return { ok, load: { tool, ...BULK }, service, phases };
}

/** Log-normal that has this median and p95. */
function serviceOf([median, p95]) {
  const sigma = Math.log(Math.max(1.01, p95 / median)) / 1.645;
  return { median: round(median), sigma: round(sigma) };
}

async function move(lab, world, { to, ...weights }) {
  const { prefix } = hostNamed(to);
  const moved = initialRoutes('leaf1')
    .filter((route) => route.prefix === prefix)
    .map((route) => ({
      prefix,
      nextHops: route.nextHops.map((hop) => ({ ...hop, weight: weights[hop.interface] })),
    }));
  await lab.setLeaves('leaf1', leavesOf(moved));
  setWeights(world, prefix, weights);
}

/** Kernel counters, the queue of leaf1:up1, and the probe over MEASURE_MS. */
async function measure({ evidence }, latencies) {
  const fromMs = Date.now();
  const before = await evidence.limiter('leaf1', 'up1');
  const queueMs = [];
  const rates = evidence.rates(
    [
      ['leaf1', 'up1'],
      ['leaf1', 'up2'],
    ],
    MEASURE_MS,
  );
  while (Date.now() < fromMs + MEASURE_MS) {
    await sleep(SAMPLE_MS);
    queueMs.push((await evidence.limiter('leaf1', 'up1')).backlogMs);
  }
  const after = await evidence.limiter('leaf1', 'up1');
  const toMs = Date.now();
  const mbps = await rates;
  const [p25, p75, p95] = latencies.quantiles(fromMs, toMs, [0.25, 0.75, 0.95]);
  const dropped = after.dropped - before.dropped;
  const sent = after.packets - before.packets;
  const figures = {
    up1Mbps: mbps['leaf1:up1'],
    up2Mbps: mbps['leaf1:up2'],
    queueMs: queueMs.reduce((sum, one) => sum + one, 0) / queueMs.length,
    dropRatio: dropped / Math.max(1, dropped + sent),
    p25Ms: p25,
    p75Ms: p75,
    p95Ms: p95,
  };
  return { fromMs, toMs, figures };
}

const unitOf = (key) => Object.keys(NOISE).find((unit) => key.endsWith(unit));

const isNear = ([key, { errorRatio }]) =>
  errorRatio !== null && Math.abs(errorRatio) <= ALLOWED[unitOf(key)];

/** Both values and the error of the model, relative to the kernel's. */
function side(kernel, simulator) {
  return Object.fromEntries(
    Object.keys(kernel).map((key) => {
      const [real, model] = [kernel[key], simulator[key]];
      const same = Math.abs(model - real) <= NOISE[unitOf(key)];
      const errorRatio = real === null ? null : same ? 0 : model / real - 1;
      return [key, { kernel: round(real), simulator: round(model), errorRatio: round(errorRatio) }];
    }),
  );
}

const table = (figures) =>
  Object.entries(figures)
    .map(([key, { kernel, simulator, errorRatio }]) => {
      const error = errorRatio === null ? '' : `${(errorRatio * 100).toFixed(0)} %`;
      return `        ${key.padEnd(10)} ${String(kernel).padStart(9)} ${String(simulator).padStart(9)} ${error.padStart(7)}`;
    })
    .join('\n');

const round = (value) => (value === null ? null : Math.round(value * 1e4) / 1e4);
