import type { ReliefItem, ReliefProblem } from '@weir/core/ports';

/** Rounding of sums, as a share of the fastest channel: not traffic. */
const TRICKLE_SHARE = 1e-5;

/** Loads of all channels while items are put here and there. */
export class Loads {
  readonly bps: Float64Array;
  private readonly trickleBps: number;

  constructor(private readonly problem: ReliefProblem) {
    this.bps = Float64Array.from(problem.loadBps);
    let fastest = 0;
    for (let c = 0; c < problem.capacityBps.length; c++)
      fastest = Math.max(fastest, problem.capacityBps[c] ?? 0);
    this.trickleBps = TRICKLE_SHARE * fastest;
  }

  /** Adds `sign` times an item that is split by `shares`. */
  add({ bps, choices }: ReliefItem, shares: readonly number[], sign: 1 | -1): void {
    choices.forEach(({ channels, shares: portions }, at) => {
      const part = sign * bps * (shares[at] ?? 0);
      if (part === 0) return;
      for (let k = 0; k < channels.length; k++) {
        const c = channels[k]!;
        this.bps[c] = this.bps[c]! + part * (portions[k] ?? 1);
      }
    });
  }

  /** Puts an item somewhere else. */
  move(item: ReliefItem, from: readonly number[], to: readonly number[]): void {
    this.add(item, from, -1);
    this.add(item, to, 1);
  }

  ratio(channel: number): number {
    const load = this.bps[channel]!;
    const capacity = this.problem.capacityBps[channel] ?? 0;
    if (capacity > 0) return Math.max(0, load) / capacity;
    return load > this.trickleBps ? Infinity : 0;
  }

  /** Utilisation of the hottest of the channels that matter. */
  hottest(): number {
    let top = 0;
    for (const channel of this.problem.relevant) top = Math.max(top, this.ratio(channel));
    return top;
  }
}

/** Whether every channel of a way can be used. */
export const isUsable = (problem: ReliefProblem, item: ReliefItem, choice: number): boolean =>
  item.choices[choice]?.channels.every((c) => (problem.capacityBps[c] ?? 0) > 0) === true;

/** Share of an item's traffic that takes another next hop. */
export function movedShare(from: readonly number[], to: readonly number[]): number {
  let moved = 0;
  for (let at = 0; at < to.length; at++) moved += Math.max(0, (to[at] ?? 0) - (from[at] ?? 0));
  return moved;
}
