/** A share with its 95 % interval of Wilson (1927), which holds for none and for all as well. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  /** NaN of nothing. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959964;

export function rateOf(count: number, of: number): Rate {
  if (of === 0) return { count, of, ratio: NaN, low: 0, high: 1 };
  const ratio = count / of;
  const spread = Z ** 2 / of;
  const centre = (ratio + spread / 2) / (1 + spread);
  const half = (Z * Math.sqrt((ratio * (1 - ratio)) / of + spread / (4 * of))) / (1 + spread);
  const low = count === 0 ? 0 : centre - half;
  return { count, of, ratio, low, high: count === of ? 1 : centre + half };
}
