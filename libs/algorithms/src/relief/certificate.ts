import type { ReliefProblem } from '@weir/core/ports';

/**
 * A utilisation of the hottest relevant channel that no weights go below. For any set of channels
 * that have something to carry, the mean utilisation cannot be less than what stays there whatever
 * the items do, divided by the capacity of the set (weak duality of the linear program, with equal
 * prices on the set): for all links of a leaf that is everything the leaf sends, so that a full leaf
 * is proved to be beyond the help of weights. Channels out of use have no room and do not count.
 */
export function certificate(problem: ReliefProblem): number {
  const wanted = new Set(problem.relevant);
  const cuts = problem.cuts
    .map((cut) => cut.filter((c) => wanted.has(c) && (problem.capacityBps[c] ?? 0) > 0))
    .filter((cut) => cut.length > 0)
    .map((cut) => ({ cut, now: meanOf(problem, cut) }))
    .sort((a, b) => b.now - a.now);
  let bound = 0;
  for (const { cut, now } of cuts) {
    // What can leave a cut only lowers its mean: colder ones prove no more.
    if (now <= bound) break;
    bound = Math.max(bound, boundOf(problem, cut));
  }
  return bound;
}

function meanOf({ loadBps, capacityBps }: ReliefProblem, cut: readonly number[]): number {
  let [load, capacity] = [0, 0];
  for (const c of cut) {
    load += loadBps[c]!;
    capacity += capacityBps[c]!;
  }
  return load / capacity;
}

function boundOf(problem: ReliefProblem, cut: readonly number[]): number {
  const inCut = new Set(cut);
  let capacityBps = 0;
  let loadBps = 0;
  for (const c of cut) {
    capacityBps += problem.capacityBps[c]!;
    loadBps += problem.loadBps[c]!;
  }
  for (const item of problem.items) {
    let [now, least] = [0, Infinity];
    item.choices.forEach(({ channels, shares }, at) => {
      let crossing = 0;
      let usable = true;
      for (let k = 0; k < channels.length; k++) {
        if (inCut.has(channels[k]!)) crossing += shares[k] ?? 1;
        usable &&= (problem.capacityBps[channels[k]!] ?? 0) > 0;
      }
      now += crossing * (item.present[at] ?? 0);
      // What goes over a way out of use now may stay there: then it is not the cut's burden.
      if (usable || (item.present[at] ?? 0) > 0) least = Math.min(least, crossing);
    });
    if (now > least) loadBps -= item.bps * (now - least);
  }
  return Math.max(0, loadBps) / capacityBps;
}
