/** Latencies of the probe as its user saw them, by time. */
export class Latencies {
  /** [wall ms, latency ms] in order of arrival. */
  #samples = [];

  /** A line of probe-client.mjs: `<wall ms> <latency ms>`. */
  add(line) {
    const [at, latency] = line.split(' ').map(Number);
    if (Number.isFinite(at) && Number.isFinite(latency)) this.#samples.push([at, latency]);
  }

  get count() {
    return this.#samples.length;
  }

  /** p50, p95 and p99 in ms of what ended in [fromMs, toMs). */
  between(fromMs, toMs) {
    const sorted = this.#samples
      .filter(([at]) => at >= fromMs && at < toMs)
      .map(([, latency]) => latency)
      .sort((a, b) => a - b);
    const quantile = (q) =>
      sorted.length === 0
        ? null
        : round(sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]);
    return {
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      requests: sorted.length,
    };
  }

  last(windowMs) {
    return this.between(Date.now() - windowMs, Infinity);
  }
}

const round = (value) => Math.round(value * 100) / 100;
