/** Fewer samples in common do not tell likeness from chance. */
const FEWEST = 6;
/** Donors with a weight, at most: few can be named and looked at. */
const MOST_DONORS = 3;
/** Least correlation, and its least t-statistic, for a donor to be alike. */
const LEAST_CORRELATION = 0.5;
const LEAST_T = 3.5;

/**
 * Weights of series that went like `own` before a change, so that their weighted sum tells where it
 * would have gone without it (synthetic control, Abadie et al. 2010, with few weights): the donor
 * that goes best with what is not explained yet gets its regression weight, 0..1, up to three
 * times. A donor that does not go with it beyond chance has weight 0, so all are 0 where none is
 * alike. All lists have the same length, of samples taken at the same times.
 */
export function syntheticControl(
  own: readonly number[],
  donors: readonly (readonly number[])[],
): readonly number[] {
  const weights = donors.map(() => 0);
  if (own.length < FEWEST) return weights;
  let left = centred(own);
  const series = donors.map(centred);
  for (let round = 0; round < MOST_DONORS; round++) {
    const best = mostAlike(left, series, weights);
    if (best === null) return weights;
    weights[best.donor] = best.weight;
    const donor = series[best.donor] ?? [];
    left = left.map((value, i) => value - best.weight * (donor[i] as number));
  }
  return weights;
}

function mostAlike(
  left: readonly number[],
  series: readonly (readonly number[])[],
  weights: readonly number[],
): { readonly donor: number; readonly weight: number } | null {
  let best: { donor: number; weight: number } | null = null;
  let highest = LEAST_CORRELATION;
  const squaresLeft = product(left, left);
  series.forEach((donor, i) => {
    const squares = product(donor, donor);
    if (weights[i] !== 0 || !(squares > 0) || !(squaresLeft > 0)) return;
    const r = product(left, donor) / Math.sqrt(squares * squaresLeft);
    const t = r * Math.sqrt((left.length - 2) / Math.max(1e-9, 1 - r * r));
    if (r <= highest || t < LEAST_T) return;
    highest = r;
    best = { donor: i, weight: Math.min(1, product(left, donor) / squares) };
  });
  return best;
}

function centred(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
