import { commodityCount, type PathProblem } from './path-problem';

/** Sharpness of the prices, in multiples of 1 / MLU; the best of them counts. */
const SHARPNESS = [20, 80, 300, 1200, 5000];

/**
 * A certificate that no split is better: for any prices w of the links with sum of w x capacity = 1,
 * the MLU is at least the sum over the commodities of demand x price of the cheapest path (weak
 * duality of the linear program). Prices are put on the links that are hot now; a cut through the
 * links of one leaf is the special case in which all of them are equally hot.
 */
export function lowerBound(
  problem: PathProblem,
  demand: ArrayLike<number>,
  load: Float64Array,
  mlu: number,
): number {
  if (!(mlu > 0)) return 0;
  const { capacity } = problem;
  const price = new Float64Array(capacity.length);
  let best = 0;
  for (const sharpness of SHARPNESS) {
    let norm = 0;
    for (let e = 0; e < price.length; e++) {
      const weight = Math.exp(sharpness * (load[e]! / capacity[e]! / mlu - 1));
      // Equal weights by capacity: the price of a link is weight / capacity, its norm the weight.
      price[e] = weight;
      norm += weight * capacity[e]!;
    }
    best = Math.max(best, priced(problem, demand, price) / norm);
  }
  return best;
}

/** The bound for given prices, each at least 0 and one above it. */
export function boundByPrices(
  problem: PathProblem,
  demand: ArrayLike<number>,
  price: Float64Array,
): number {
  const norm = price.reduce((sum, value, e) => sum + value * problem.capacity[e]!, 0);
  return priced(problem, demand, price) / norm;
}

/** What all of the demand costs on its cheapest paths. */
function priced(problem: PathProblem, demand: ArrayLike<number>, price: Float64Array): number {
  const { pathStart, linkStart, links, parts } = problem;
  let total = 0;
  for (let k = 0; k < commodityCount(problem); k++) {
    if (!(demand[k]! > 0)) continue;
    let cheapest = Infinity;
    for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
      let cost = 0;
      for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++)
        cost += price[links[at]!]! * parts[at]!;
      cheapest = Math.min(cheapest, cost);
    }
    total += demand[k]! * cheapest;
  }
  return total;
}
