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
    const [p50, p95, p99] = this.quantiles(fromMs, toMs, [0.5, 0.95, 0.99]);
    return { p50, p95, p99, requests: this.#sorted(fromMs, toMs).length };
  }

  /** Quantiles in ms of what ended in [fromMs, toMs); null where nothing did. */
  quantiles(fromMs, toMs, wanted) {
    const sorted = this.#sorted(fromMs, toMs);
    return wanted.map((q) =>
      sorted.length === 0
        ? null
        : round(sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]),
    );
  }

  #sorted(fromMs, toMs) {
    return this.#samples
      .filter(([at]) => at >= fromMs && at < toMs)
      .map(([, latency]) => latency)
      .sort((a, b) => a - b);
  }

  last(windowMs) {
    return this.between(Date.now() - windowMs, Infinity);
  }
}

const round = (value) => Math.round(value * 100) / 100;
