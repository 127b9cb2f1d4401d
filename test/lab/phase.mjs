/** One run of an incident's load, with the loop off or on: what was measured and what Weir did. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from './daemon.mjs';
import { CpuMeter } from './kernel-state.mjs';
import { until } from './processes.mjs';

/** From the start of the load until it is measured: TCP has filled the queue by then. */
const WARM_UP_MS = 4_000;
/** The same figure after the change is in the switches. */
const SETTLE_MS = 2_000;
const MEASURE_MS = 12_000;
const DETECT_LIMIT_MS = 40_000;
const END_LIMIT_MS = 45_000;

/** `acting` says whether a change is to be expected; everything else is the same. */
export async function phase(incident) {
  const { lab, acting } = incident;
  const before = acting ? await incident.proof(lab) : null;
  const known = await changesOf(incident.api);
  const load = await incident.load(lab);
  const { startedMs } = load;
  lab.progress(`loop ${acting ? 'on' : 'off'}: the load runs`);
  try {
    const measured = acting
      ? await whileActing(incident, load, before)
      : await measure(incident, load, startedMs + WARM_UP_MS);
    const changes = (await changesOf(incident.api)).length - known.length;
    const incidents = await incidentsSince(incident.api, startedMs);
    return { ...measured, changes, incidents: incidents.map(summary) };
  } finally {
    await load.stop();
  }
}

async function whileActing(incident, load, before) {
  const { lab, api, rule } = incident;
  const opened = await until(
    'an incident',
    async () => (await incidentsSince(api, load.startedMs))[0] ?? null,
    { timeoutMs: DETECT_LIMIT_MS },
  );
  const { id } = await firstChange(api, opened.id);
  lab.progress(`${opened.id} is open; ${id} is proposed`);
  const change = await ended(api, id, lab.progress, END_LIMIT_MS);
  const { applied } = change.times;
  const fromMs = (applied ?? Date.now()) + SETTLE_MS;
  const measured = await measure(incident, load, fromMs);
  const after = await incident.proof(lab);
  lab.progress(`${id} by ${rule}: ${change.state}, ${change.verdict?.verdict ?? 'no verdict'}`);
  const seconds = stages(change, opened, load.startedMs);
  return { ...measured, seconds, change, proof: { before, after } };
}

/** Latencies of the requests and throughput of the bulk over MEASURE_MS from `fromMs`. */
async function measure({ lab, meter, probe }, load, fromMs) {
  const toMs = fromMs + MEASURE_MS;
  await sleep(Math.max(0, fromMs - Date.now()));
  const cpu = await CpuMeter.start(lab);
  await sleep(Math.max(0, toMs - Date.now()));
  const cpuIdleRatio = await cpu.idleRatio();
  const latencyMs = meter.between(fromMs, toMs);
  const latencySamplesMs = meter.samples(fromMs, toMs);
  const requestMs = probe.between(fromMs, toMs);
  const throughputMbps = load.between(fromMs, toMs);
  lab.progress(
    `p50 ${latencyMs.p50}, p95 ${latencyMs.p95}, p99 ${latencyMs.p99} ms of ${latencyMs.samples}; ` +
      `${throughputMbps} Mb/s; requests p95 ${requestMs.p95} ms; cpu ${cpuIdleRatio} idle`,
  );
  return { latencyMs, latencySamplesMs, requestMs, throughputMbps, cpuIdleRatio };
}

/**
 * The first change for the incident that validation let through. A link that is full may be
 * measured above its rate for a tick, and is then refused until the next look.
 */
function firstChange(api, incidentId) {
  return until(
    'a change by a rule',
    async () => {
      const items = (await changesOf(api)).filter((change) => change.incident === incidentId);
      const open = items.find((change) => change.state !== 'rejected');
      if (open !== undefined) return open;
      const { note, diagnosis } = await api.get(`/v1/incidents/${incidentId}`);
      const causes = diagnosis?.causes.map(({ name, score }) => `${name} ${score}`);
      const refused = items.map((change) => `${change.id}: ${change.reason}`);
      throw new Error([note, causes, ...refused].join('; '));
    },
    { timeoutMs: DETECT_LIMIT_MS },
  );
}

const changesOf = async (api) => (await api.get('/v1/changes')).items;

const incidentsSince = async (api, sinceMs) =>
  (await api.get('/v1/incidents')).items
    .filter((item) => item.detectedMs >= sinceMs)
    .sort((a, b) => a.detectedMs - b.detectedMs);

const summary = ({ id, state, detectedMs, rule, note, diagnosis }) => ({
  id,
  state,
  detectedMs,
  rule,
  note,
  causes: diagnosis?.causes.slice(0, 3) ?? [],
});

/** Seconds that each stage took, one after the other; `detect` from the start of the load. */
function stages({ times }, opened, startedMs) {
  const between = (fromMs, toMs) =>
    Number.isFinite(toMs - fromMs) ? Math.round((toMs - fromMs) / 10) / 100 : null;
  return {
    detect: between(startedMs, opened.detectedMs),
    diagnose: between(opened.detectedMs, times.diagnosed),
    decide: between(times.diagnosed, times.decided),
    apply: between(times.decided, times.applied),
    verify: between(times.applied, times.verified),
    confirm: between(times.applied, times.settled),
    detectToConfirm: between(opened.detectedMs, times.settled),
  };
}
