/** Latencies of requests as their sender saw them, by the time at which they ended. */
export class Latencies {
  /** [wall ms, latency ms] in order of arrival. */
  #samples = [];

  constructor(tool) {
    this.tool = tool;
  }

  /** A line of probe-client.mjs: `<wall ms> <latency ms>`. */
  addLine(line) {
    const [at, latency] = line.split(' ').map(Number);
    this.add(at, latency);
  }

  add(atMs, latencyMs) {
    if (Number.isFinite(atMs) && Number.isFinite(latencyMs)) this.#samples.push([atMs, latencyMs]);
  }

  get count() {
    return this.#samples.length;
  }

  /** Latencies in ms of what ended in [fromMs, toMs): to pool several windows. */
  samples(fromMs, toMs) {
    return this.#samples.filter(([at]) => at >= fromMs && at < toMs).map(([, latency]) => latency);
  }

  /** p50, p95 and p99 in ms of what ended in [fromMs, toMs), and how many samples that is. */
  between(fromMs, toMs) {
    return summaryOf(this.samples(fromMs, toMs));
  }

  last(windowMs) {
    return this.between(Date.now() - windowMs, Infinity);
  }

  /** Quantiles in ms of what ended in [fromMs, toMs); null where nothing did. */
  quantiles(fromMs, toMs, wanted) {
    return quantilesOf(this.samples(fromMs, toMs), wanted);
  }
}

export function summaryOf(samples) {
  const [p50, p95, p99] = quantilesOf(samples, [0.5, 0.95, 0.99]);
  return { p50, p95, p99, samples: samples.length };
}

/** Nearest rank: every figure is one that was measured. */
function quantilesOf(samples, wanted) {
  const sorted = [...samples].sort((a, b) => a - b);
  return wanted.map((q) =>
    sorted.length === 0
      ? null
      : round(sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]),
  );
}

const round = (value) => Math.round(value * 100) / 100;
