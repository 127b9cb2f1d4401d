/**
 * Probability that `flows` equal flows, hashed evenly and independently over `links` links, put at
 * least `most` of them on the fullest link. Counts on the links are taken as independent binomial
 * variables, P = 1 - P(X < most)^links, which is close to the multinomial (max/mean at p95 on 16
 * links: 1.344 for 1,000 flows, 2.5 for 64, 4 for 16). `flows` is rounded: it may be an effective
 * number of unequal ones.
 */
export function hashTail(flows: number, links: number, most: number): number {
  const count = Math.round(flows);
  const end = Math.ceil(most - 1e-9);
  if (count < 1 || links < 1 || end <= count / links) return 1;
  if (links === 1 || end > count) return links === 1 ? 1 : 0;
  const share = 1 / links;
  const mean = count * share;
  // Terms are built up from (1 - share)^count, which underflows where the normal tail is exact.
  if (mean > 300) {
    const z = (end - 0.5 - mean) / Math.sqrt(mean * (1 - share));
    return 1 - normalBelow(z) ** links;
  }
  let term = (1 - share) ** count;
  let below = 0;
  for (let hits = 0; hits < end; hits++) {
    below += term;
    term *= ((count - hits) / (hits + 1)) * (share / (1 - share));
  }
  return 1 - Math.min(1, below) ** links;
}

/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? 1 - tail : tail;
}
