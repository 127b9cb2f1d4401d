import type { HashDependence } from '@weir/core/ports';

/** Flows of a cell that are expected, at least on average, for the distribution below to hold. */
const MIN_PER_CELL = 1.5;
const NOTHING: HashDependence = { deviations: 0, explainedRatio: 0 };

/**
 * Whether the link that a flow takes in one tier depends on the link that it took in the tier
 * before: the likelihood ratio test of independence (G test) of a table of flows, with the correction
 * of Williams (1976), as standard deviations of a normal variable (Wilson and Hilferty 1931). Beyond
 * three of them is chance in about one of 700 fabrics whose tiers hash independently. Numbers of
 * flows may be effective ones of unequal flows, which makes the test the more cautious.
 *
 * What the whole table is away from an even one is divided without a rest into what depends on the
 * tier before, the mutual information, and what all rows have in common: a hash that is reused is all
 * of the first, one that is narrow all of the second.
 */
export function hashDependence(flows: readonly (readonly number[])[]): HashDependence {
  const rows = flows.filter((row) => sumOf(row) > 0);
  const links = Math.max(0, ...rows.map((row) => row.length));
  const total = sumOf(rows.map(sumOf));
  if (rows.length < 2 || links < 2 || total < MIN_PER_CELL * rows.length * links) return NOTHING;
  const columns = Array.from({ length: links }, (_, link) =>
    sumOf(rows.map((row) => row[link] ?? 0)),
  );
  let depends = 0;
  for (const row of rows) {
    const here = sumOf(row);
    row.forEach((count, link) => {
      const expected = (here * (columns[link] ?? 0)) / total;
      if (count > 0) depends += count * Math.log(count / expected);
    });
  }
  // Of links that nobody takes nothing can be told apart.
  const taken = columns.filter((count) => count > 0);
  const common = sumOf(taken.map((count) => count * Math.log((count * links) / total)));
  const freedom = (rows.length - 1) * (taken.length - 1);
  const explainedRatio = depends + common > 0 ? depends / (depends + common) : 0;
  if (freedom < 1) return { deviations: 0, explainedRatio };
  const g = (2 * depends) / williams(rows.map(sumOf), taken, total, freedom);
  return { deviations: deviationsOf(g, freedom), explainedRatio };
}

/** Brings the mean of G near that of its distribution where there are few flows in a cell. */
function williams(
  rows: readonly number[],
  columns: readonly number[],
  total: number,
  freedom: number,
): number {
  const spread = (sums: readonly number[]): number => total * sumOf(sums.map((sum) => 1 / sum)) - 1;
  return 1 + (spread(rows) * spread(columns)) / (6 * total * freedom);
}

/** Where the tail of a normal distribution is that of chi-squared with so many degrees of freedom. */
function deviationsOf(chiSquared: number, freedom: number): number {
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(chiSquared / freedom) - (1 - variance)) / Math.sqrt(variance);
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
