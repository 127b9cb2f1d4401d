/**
 * The loop on a real dataplane. Bulk TCP fills the path over spine1, which half of the inference
 * requests take; the daemon, told nothing but "p95 under 100 ms", finds it and moves the weights.
 * Then an operator spreads the bulk over both spines, which the inventory allows and a bad link
 * does not: the measurement condemns the change, and the kernel is put back.
 */
import { ended, latencyObjective, objectiveState, ruleChange, startDaemon } from './daemon.mjs';
import { Evidence, kernelDescription } from './evidence.mjs';
import { startBulkLoad, startProbe, startSwitches } from './fabric.mjs';
import { until } from './processes.mjs';
import { hostNamed, LINK_MBPS, SECRET_MBPS } from './topology.mjs';

const THRESHOLD_MS = 100;
const OBJECTIVE = 'LatencyObjective/inference';
const UPLINKS = [
  ['leaf1', 'up1'],
  ['leaf1', 'up2'],
];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (ms) => (Number.isFinite(ms) ? Math.round(ms / 10) / 100 : null);

export async function reroute(context) {
  const { processes, run, workDir, loadTool, progress } = context;
  const evidence = new Evidence(run);
  await startSwitches(processes, workDir, progress);
  const { api } = await startDaemon(processes, workDir);
  const latencies = await startProbe(processes, true);
  await api.post('/v1/intents', latencyObjective(THRESHOLD_MS));
  await objectiveState(api, OBJECTIVE, 'healthy');
  await sleep(3000);
  const healthy = latencies.last(3000);
  progress(`the daemon runs in auto mode; healthy p95 ${healthy.p95} ms`);

  const load = await startBulkLoad(processes, run, loadTool, 100);
  const loadedAtMs = Date.now();
  progress(
    `${load.tool} sends bulk with ${load.connections} connections, ${load.from} to ${load.to}`,
  );
  const helpful = await repaired({ ...context, api, evidence, latencies, loadedAtMs });
  const harmful = await undone({ ...context, api, evidence, latencies });
  const journal = await api.get('/v1/journal/verify');
  return {
    lab: 'reroute',
    ok: helpful.ok && harmful.ok,
    kernel: kernelDescription(),
    load,
    thresholdMs: THRESHOLD_MS,
    latencyMs: { healthy, off: helpful.latencyMs.off, on: helpful.latencyMs.on },
    reroute: helpful,
    harmful,
    journal: { records: journal.records, chain: journal.chain },
  };
}

/** Part one: detect, move, confirm. */
async function repaired({ api, evidence, latencies, loadedAtMs, progress }) {
  const before = evidence.forwarding('leaf1');
  const weights = () => JSON.stringify(evidence.weights('leaf1', hostNamed('h4').prefix));
  const weightsBefore = weights();
  const ratesBefore = await evidence.rates(UPLINKS, 1000);
  const { id } = await ruleChange(api, 30_000);
  progress(`the daemon proposes ${id}; kernel counters say ${JSON.stringify(ratesBefore)} Mb/s`);
  const change = await ended(api, id, progress, 40_000);
  const { applying, applied } = change.times;
  const off = latencies.between(loadedAtMs + 1000, applying ?? Date.now());
  await sleep(Math.max(0, (applied ?? Date.now()) + 5000 - Date.now()));
  const on = latencies.between((applied ?? Date.now()) + 500, Date.now());
  const weightsAfter = weights();
  const incident = await api.get(`/v1/incidents/${change.incident}`);
  const top = incident.diagnosis?.causes[0];
  progress(`p95 ${off.p95} ms -> ${on.p95} ms, verdict ${change.verdict?.verdict}`);
  return {
    ok:
      change.verdict?.verdict === 'improved' &&
      change.state === 'confirmed' &&
      on.p95 < off.p95 / 2 &&
      weightsAfter !== weightsBefore,
    changeId: id,
    state: change.state,
    verdict: change.verdict?.verdict ?? null,
    objectiveMet: on.p95 < THRESHOLD_MS,
    cause: top === undefined ? null : { name: top.name, at: top.at, evidence: top.evidence },
    p95Ms: { healthy: incident.healthyQuantileMs, off: off.p95, on: on.p95 },
    latencyMs: { off, on },
    seconds: stageSeconds(change, loadedAtMs),
    commitConfirmed: change.devices.leaf1?.commitConfirmed ?? null,
    predicted: change.plan.predicted,
    evidence: {
      verdict: change.verdict?.evidence ?? [],
      txMbps: { before: ratesBefore, after: await evidence.rates(UPLINKS, 1000) },
      weights: { before: JSON.parse(weightsBefore), after: JSON.parse(weightsAfter) },
      nexthop: { before: before.nexthop, after: evidence.forwarding('leaf1').nexthop },
    },
  };
}

/** Part two: a change that the model accepts and the measurement condemns. */
async function undone({ api, evidence, latencies, progress }) {
  const before = evidence.forwarding('leaf1');
  const latencyBefore = latencies.last(4000);
  const action = {
    type: 'reroute',
    routes: [{ device: 'leaf1', prefix: hostNamed('h3').prefix, weights: { up1: 32, up2: 32 } }],
  };
  const { id, state } = await accepted(api, { action, objectiveId: OBJECTIVE }, progress);
  progress(`the operator spreads the bulk over both spines: ${id} ${state}`);
  let during = null;
  const watching = until(
    'the change in the kernel',
    () => evidence.forwarding('leaf1').sha256 !== before.sha256,
    { timeoutMs: 20_000 },
  ).then(() => (during = evidence.forwarding('leaf1')));
  const change = await ended(api, id, progress, 45_000);
  // A change that was refused never reaches the kernel; the result then says so.
  await watching.catch(() => undefined);
  const { applied, verified } = change.times;
  const latencyDuring = latencies.between((applied ?? 0) + 500, verified ?? Date.now());
  const after = evidence.forwarding('leaf1');
  const kernelRestored = after.nexthop === before.nexthop && after.route === before.route;
  await sleep(3000);
  const latencyAfter = latencies.last(2000);
  progress(`verdict ${change.verdict?.verdict}, kernel restored byte for byte: ${kernelRestored}`);
  return {
    ok:
      change.verdict?.verdict === 'harmed' &&
      change.state === 'rolled-back' &&
      kernelRestored &&
      during !== null,
    changeId: id,
    inventoryMbps: LINK_MBPS,
    actualMbps: SECRET_MBPS,
    acceptedByModel: change.plan.checks.every((check) => check.passed),
    predicted: change.plan.predicted,
    verdict: change.verdict?.verdict ?? null,
    state: change.state,
    kernelRestored,
    p95Ms: { before: latencyBefore.p95, during: latencyDuring.p95, after: latencyAfter.p95 },
    seconds: stageSeconds(change, change.createdMs),
    evidence: {
      verdict: change.verdict?.evidence ?? [],
      nexthop: { before: before.nexthop, during: during?.nexthop ?? null, after: after.nexthop },
      sha256: { before: before.sha256, during: during?.sha256 ?? null, after: after.sha256 },
    },
  };
}

/** Proposes a change; one that a passing condition refuses (stale telemetry, say) is asked again. */
function accepted(api, proposal, progress) {
  return until(
    'a change that validation accepts',
    async () => {
      const { change } = await api.post('/v1/changes', proposal);
      if (change.state !== 'rejected') return change;
      progress(`${change.id} ${change.state}: ${change.reason}`);
      throw new Error(change.reason);
    },
    { timeoutMs: 10_000, everyMs: 1000 },
  );
}

/** Seconds since `fromMs` at which each stage was reached. */
function stageSeconds({ times }, fromMs) {
  const since = (atMs) => seconds(atMs - fromMs);
  return {
    observed: since(times.observed),
    detected: since(times.detected),
    decided: since(times.decided),
    applied: since(times.applied),
    verified: since(times.verified),
    settled: since(times.settled),
  };
}
