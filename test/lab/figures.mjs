/** The rounds of an incident put together; every figure is computed from what was measured. */

/** `rounds` as incident.mjs makes them, at least one. */
export function combined(rounds) {
  const off = pooled(rounds.map((round) => round.off));
  const on = pooled(rounds.map((round) => round.on));
  const last = rounds.at(-1);
  return {
    ok: rounds.every((round) => round.ok),
    notShown: [...new Set(rounds.flatMap((round) => round.failed))],
    caution: caution(rounds),
    rounds: rounds.map((round) => ({
      ...without(round, ['proof']),
      off: without(round.off, ['latencySamplesMs']),
      on: without(round.on, ['latencySamplesMs']),
      change: outline(round.change),
    })),
    off,
    on,
    gain: {
      p50Ratio: ratio(on.latencyMs.p50, off.latencyMs.p50),
      p95Ratio: ratio(on.latencyMs.p95, off.latencyMs.p95),
      p99Ratio: ratio(on.latencyMs.p99, off.latencyMs.p99),
      throughputRatio: ratio(on.throughputMbps, off.throughputMbps),
    },
    seconds: slowest(rounds.map((round) => round.on.seconds)),
    change: outline(last.change),
    proof: last.proof,
  };
}

/** Quantiles of the samples of all rounds together, and the mean throughput. */
function pooled(phases) {
  const samples = phases.flatMap((phase) => phase.latencySamplesMs).sort((a, b) => a - b);
  const quantile = (q) => samples[Math.max(0, Math.ceil(q * samples.length) - 1)] ?? null;
  const throughput = phases.reduce((sum, phase) => sum + phase.throughputMbps, 0) / phases.length;
  return {
    latencyMs: {
      p50: rounded(quantile(0.5)),
      p95: rounded(quantile(0.95)),
      p99: rounded(quantile(0.99)),
      samples: samples.length,
    },
    throughputMbps: rounded(throughput),
  };
}

/** Less idle time than this while packets were measured, and the processor makes latency too. */
const SPARE_RATIO = 0.1;

/** What keeps the figures from being those of the queues alone; null when nothing does. */
function caution(rounds) {
  const least = Math.min(...rounds.flatMap(({ off, on }) => [off.cpuIdleRatio, on.cpuIdleRatio]));
  if (least >= SPARE_RATIO) return null;
  const percent = Math.round(least * 100);
  return `the processor was idle for only ${percent} % of a measurement: latency and throughput are also its own`;
}

const without = (record, names) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const outline = (change) =>
  change === null
    ? null
    : {
        id: change.id,
        rule: change.rule,
        state: change.state,
        reason: change.reason,
        cause: change.cause,
        verdict: change.verdict?.verdict ?? null,
        evidence: change.verdict?.evidence ?? [],
        action: change.action,
        predicted: change.plan.predicted,
        commitConfirmed: Object.values(change.devices).every((device) => device.commitConfirmed),
      };

/** The worst round counts. */
function slowest(stages) {
  const names = Object.keys(stages[0]);
  const worst = (name) => {
    const values = stages.map((stage) => stage[name]);
    return values.includes(null) ? null : Math.max(...values);
  };
  return Object.fromEntries(names.map((name) => [name, worst(name)]));
}

const ratio = (now, before) => (before > 0 && now !== null ? rounded(now / before) : null);
const rounded = (value) => (value === null ? null : Math.round(value * 1000) / 1000);
