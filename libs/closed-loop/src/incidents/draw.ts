import type { Random } from '@weir/core/base';

/** Numbers and choices of an incident, all from one stream. */
export class Draw {
  constructor(readonly random: Random) {}

  /** Uniform in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.random.next();
  }

  /** Log-uniform in [from, to): as often within a factor of two anywhere. */
  scale(from: number, to: number): number {
    return from * (to / from) ** this.random.next();
  }

  /** Integer in [from, to], both included. */
  whole(from: number, to: number): number {
    return from + this.random.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.random.below(choices.length)] ?? choices[0];
  }

  /** `count` different integers of 1..most, in random order. */
  some(count: number, most: number): number[] {
    const all = Array.from({ length: most }, (_, i) => i + 1);
    return Array.from({ length: Math.min(count, most) }, () => {
      const [one] = all.splice(this.random.below(all.length), 1);
      return one ?? 1;
    });
  }
}
