/**
 * An incident of the lab: the same load on the same fabric with the loop off and on, by turns. Off
 * means that every rule only observes: the daemon sees, diagnoses and says what it would do. What
 * was changed is put back between the rounds by an operator's tool, and the kernel is asked whether
 * that is so. Latencies and throughput are those of programs that are not ours.
 */
import { latencyObjective, objectiveState, startDaemon } from './daemon.mjs';
import { combined } from './figures.mjs';
import { configurations } from './kernel-state.mjs';
import { phase } from './phase.mjs';
import { until } from './processes.mjs';

const OBJECTIVE = 'LatencyObjective/inference';
/** gNMI SAMPLE interval of the daemon under test: that of its default. */
const SAMPLE_INTERVAL_MS = 1000;
const LEAST_IDLE_RATIO = 0.03;

/**
 * Makes the scenario of an incident. `definition` is the scenario's own `{name, about, needs, order,
 * wires, congestion, qos}` and what the incident is made of: the `rule` that should act,
 * `thresholdMs` of the objective, `requests: {from, to}` and what else `lab.probe` takes (`metered`:
 * a second by httping), `prepare(lab)` for what the operator had configured, `load(lab) ->
 * {startedMs, between(fromMs, toMs) -> Mb/s, stop()}`, and `proof(lab) -> {what: text}`, the kernel's
 * own words on what the rule changes.
 */
export const incident = (definition) => ({
  limitMs: 240_000,
  ...definition,
  run: (lab) => run(lab, definition),
});

async function run(lab, definition) {
  const { name, requests, prepare } = definition;
  await lab.startSwitches({ qos: definition.qos });
  await prepare?.(lab);
  const probe = await lab.probe({ ...requests, workload: 'inference', otlp: true });
  const { from, to, metered: perSecond } = requests;
  const meter = await lab.meter({ from, to, kind: 'httping', perSecond });
  const setUp = await configurations(lab);
  const rounds = [];
  for (let number = 1; number <= lab.rounds; number++) {
    lab.progress(`${name}: round ${number} of ${lab.rounds}`);
    rounds.push(await round({ ...definition, lab, number, probe, meter, setUp }));
  }
  const result = combined(rounds);
  const { p95Ratio, throughputRatio } = result.gain;
  lab.progress(
    `${name}: p95 ${result.off.latencyMs.p95} -> ${result.on.latencyMs.p95} ms (x ${p95Ratio}), ` +
      `throughput x ${throughputRatio}, ${JSON.stringify(result.seconds)} s`,
  );
  if (result.caution !== null) lab.progress(`${name}: ${result.caution}`);
  return { ...result, thresholdMs: definition.thresholdMs };
}

/** Loop off, loop on, and back to what the operator had configured. */
async function round(incident) {
  const { lab, number, setUp, rule, thresholdMs, requests } = incident;
  const { api, stop } = await startDaemon(lab, lab.workDir, {
    name: `controller-${number}`,
    journal: `journal-${number}`,
    policyFile: 'policy-incidents.yaml',
    sampleIntervalMs: SAMPLE_INTERVAL_MS,
  });
  await api.post('/v1/intents', latencyObjective(thresholdMs, requests));
  await objectiveState(api, OBJECTIVE, 'healthy');
  const rules = (await api.get('/v1/policy')).rules.map((item) => item.name);
  const setMode = (mode) =>
    Promise.all(rules.map((name) => api.put(`/v1/modes/rule/${name}`, { mode })));

  await setMode('observe');
  const off = await phase({ ...incident, api, acting: false });
  await quiet(api);
  await setMode('auto');
  const { change, proof, ...on } = await phase({ ...incident, api, acting: true });
  const journal = await api.get('/v1/journal/verify');
  await stop();
  await putBack(lab, change);
  const leftOver = await difference(lab, setUp);
  const { p95: before } = off.latencyMs;
  const checks = {
    ruleActed: change?.rule === rule,
    improved: change?.verdict?.verdict === 'improved',
    confirmed: change?.state === 'confirmed',
    latencyLower: on.latencyMs.p95 < before,
    throughputKept: on.throughputMbps >= 0.95 * off.throughputMbps,
    kernelChanged: proof !== null && JSON.stringify(proof.before) !== JSON.stringify(proof.after),
    nothingChangedWhileOff: off.changes === 0,
    putBack: leftOver === null,
    chain: journal.chain === 'ok',
    // A CPU without a moment to spare is measured instead of the links, and proves nothing.
    cpuKeptUp: Math.min(off.cpuIdleRatio, on.cpuIdleRatio) >= LEAST_IDLE_RATIO,
  };
  const failed = Object.keys(checks).filter((key) => !checks[key]);
  if (failed.length > 0) lab.progress(`round ${number}: not shown: ${failed.join(', ')}`);
  return { ok: failed.length === 0, failed, off, on, change, proof, leftOver, journal };
}

/** After the load, before the next: no incident is open and the objective is met. */
async function quiet(api) {
  await until(
    'the incident to close',
    async () => {
      const { items } = await api.get('/v1/incidents');
      return items.every((item) => item.state === 'closed');
    },
    { timeoutMs: 30_000, everyMs: 200 },
  );
  await objectiveState(api, OBJECTIVE, 'healthy');
}

/** What the change wrote is undone by gNMI, leaf by leaf, without the daemon. */
async function putBack(lab, change) {
  for (const { device, leaves } of change?.plan.inverse ?? []) {
    const kept = leaves.filter((leaf) => leaf.after !== null);
    const gone = leaves.filter((leaf) => leaf.after === null);
    await lab.setLeaves(
      device,
      kept.map((leaf) => [leaf.path, leaf.after]),
      { deletes: gone.map((leaf) => leaf.path) },
    );
  }
}

/** What the kernels of the switches hold now and did not before the first round; null: nothing. */
async function difference(lab, setUp) {
  const now = await configurations(lab);
  const differing = Object.keys(setUp).filter((device) => now[device] !== setUp[device]);
  if (differing.length === 0) return null;
  return Object.fromEntries(
    differing.map((device) => [device, { before: setUp[device], after: now[device] }]),
  );
}
