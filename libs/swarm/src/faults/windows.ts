import type { Random } from '@weir/core/base';
import type { Plant } from '../plant/plant';

/** Nothing breaks before the controllers have had a first look, ms. */
export const QUIET_MS = 5_000;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Some times within the safety phase, each as long as drawn. */
export function windows(
  random: Random,
  safetyMs: number,
  count: { readonly least: number; readonly most: number },
  length: { readonly leastMs: number; readonly mostMs: number },
): readonly Window[] {
  const many = count.least + random.below(count.most - count.least + 1);
  return Array.from({ length: many }, () => {
    const fromMs = QUIET_MS + random.below(Math.max(1, safetyMs - QUIET_MS - length.leastMs));
    const toMs = fromMs + length.leastMs + random.below(length.mostMs - length.leastMs + 1);
    return { fromMs, toMs };
  }).sort((a, b) => a.fromMs - b.fromMs);
}

/** Begins something at one time, ends it at another, or when the safety phase is over. */
export function during(plant: Plant, window: Window, begin: () => () => void): void {
  plant.at(window.fromMs, () => {
    const end = plant.heal(begin());
    plant.at(window.toMs, end);
  });
}

export const oneOf = <T>(random: Random, items: readonly T[]): T => {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
};
