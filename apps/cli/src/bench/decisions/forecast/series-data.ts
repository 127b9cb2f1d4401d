import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readTeData, readText, unusable } from '../../model/te-data';

/** The matrices of B4: 36 lines of 12 x 12 numbers, row by row. */
const B4_FILE = join('teal-b4', 'b4_real_36x144.csv');

export interface SeriesSet {
  readonly name: string;
  /** Whether it is one of the sets for which the project has a target. */
  readonly metaPod: boolean;
  /** One for each pair of nodes that ever sends; any unit, even steps. */
  readonly series: readonly Float64Array[];
}

export interface SeriesData {
  readonly sets: readonly SeriesSet[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The traffic over time between each two nodes, of every set that the folder has. */
export function readSeries(folder: string): SeriesData {
  const pods = readTeData(folder);
  const b4 = readB4(folder);
  const podSets = (pods ?? []).map(({ name, samples }) => ({
    name,
    metaPod: true,
    series: pairsOf(samples.map(({ demand }) => demand)),
  }));
  return {
    sets: [
      ...podSets,
      ...(b4 === null ? [] : [{ name: 'B4', metaPod: false, series: pairsOf(b4) }]),
    ],
    skipped: [
      ...(pods === null ? [{ name: 'Meta pods', reason: `no meta-pods in ${folder}` }] : []),
      ...(b4 === null ? [{ name: 'B4', reason: `no ${B4_FILE} in ${folder}` }] : []),
    ],
  };
}

function readB4(folder: string): number[][] | null {
  const file = join(folder, B4_FILE);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  const matrices = readText(file)
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map(Number));
  const cells = matrices[0]!.length;
  for (const [at, matrix] of matrices.entries())
    if (matrix.length !== cells || !matrix.every((cell) => cell >= 0 && Number.isFinite(cell)))
      throw unusable(`${file}:${at + 1}`, `not ${cells} numbers from 0 on`);
  return matrices;
}

/** The series of each cell that is not zero throughout. */
function pairsOf(matrices: readonly ArrayLike<number>[]): Float64Array[] {
  const cells = matrices[0]?.length ?? 0;
  return Array.from({ length: cells }, (_, cell) =>
    Float64Array.from(matrices, (matrix) => matrix[cell]!),
  ).filter((series) => series.some((value) => value > 0));
}
