import type { PathObservation } from '@weir/core/ports';

/** Observations that took the same paths, added up: together they say as much as one by one. */
interface Merged {
  /** Columns of the links of each path. */
  readonly paths: readonly { readonly links: Int32Array; readonly share: number }[];
  sent: number;
  lost: number;
}

const MAX_LOSS = 0.9;
const MIN_LOSS = 1e-7;
/** Steps of a golden section; each leaves 0.62 of the interval. */
const STEPS = 20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Parameters that move by less in a sweep stand. */
const STANDS = 0.01;

/** What is first taken for noise: the loss of all observations, or of those that lost least. */
export type NoiseStart = 'mean' | 'quiet';

/**
 * Log-likelihood of losses on paths: each packet takes one of the paths of its observation, by their
 * shares, and survives each link of it with 1 - its loss, and the rest of the world with 1 - noise.
 * Links are numbered by column, in the order of `links`.
 */
export class PathLosses {
  /** Numbers of the links, by column. */
  readonly links: readonly number[];
  /** Losses by column; 0 where a link is not thought to lose. */
  readonly loss: Float64Array;
  /** Columns of the links that are thought to lose. */
  readonly suspects = new Set<number>();
  noise: number;
  private readonly rows: readonly Merged[];
  private readonly rowsOf: readonly (readonly number[])[];

  constructor(observations: readonly PathObservation[], start: NoiseStart = 'mean') {
    const columns = new Map<number, number>();
    for (const { paths } of observations)
      for (const { links } of paths)
        for (const link of links) if (!columns.has(link)) columns.set(link, columns.size);
    this.links = [...columns.keys()];
    this.loss = new Float64Array(columns.size);
    this.rows = merged(observations, columns);
    const rowsOf: number[][] = this.links.map(() => []);
    this.rows.forEach(({ paths }, row) => {
      for (const column of new Set(paths.flatMap(({ links }) => [...links])))
        rowsOf[column]?.push(row);
    });
    this.rowsOf = rowsOf;
    this.noise = noiseOf(start === 'mean' ? this.rows : quietest(this.rows));
  }

  /** How many there are, of those with the same paths one. */
  get observations(): number {
    return this.rows.length;
  }

  /** Of all observations with what is thought now, less what a suspect has to be worth, nats. */
  worth(least: number): number {
    return this.likelihood(this.rows.map((_, row) => row)) - least * this.suspects.size;
  }

  /** The loss of a link that fits best with the others as they are, and what it gains, nats. */
  fit(column: number): { readonly loss: number; readonly gain: number } {
    const before = this.loss[column] as number;
    const rows = this.rowsOf[column] ?? [];
    const at = (loss: number): number => {
      this.loss[column] = loss;
      return this.likelihood(rows);
    };
    const without = at(0);
    // Losses are looked for by their logarithm, around the last one where there is one.
    const [from, to] = before > 0 ? [before / 4, before * 4] : [MIN_LOSS, MAX_LOSS];
    const loss = Math.exp(
      maximum((x) => at(Math.exp(x)), Math.log(from), Math.log(Math.min(MAX_LOSS, to))),
    );
    const gain = at(loss) - without;
    this.loss[column] = before;
    return { loss, gain };
  }

  /** What a link would gain at the most, roughly: the score test, without a fit. */
  promise(column: number): number {
    let slope = 0;
    let information = 0;
    for (const index of this.rowsOf[column] ?? []) {
      const row = this.rows[index] as Merged;
      const ratio = this.ratioOf(row);
      // A little loss on this link is that much more on the whole observation.
      let share = 0;
      for (const path of row.paths) if (path.links.includes(column)) share += path.share;
      slope += share * (row.lost / ratio - (row.sent - row.lost) / (1 - ratio));
      information += (share * share * row.sent) / (ratio * (1 - ratio));
    }
    return slope > 0 && information > 0 ? (slope * slope) / (2 * information) : 0;
  }

  suspect(column: number, loss: number): void {
    this.suspects.add(column);
    this.loss[column] = loss;
  }

  clear(column: number): void {
    this.suspects.delete(column);
    this.loss[column] = 0;
  }

  /** Fits the noise and all losses anew, each with the others as they are, until they stand. */
  refit(sweeps: number): void {
    const all = this.rows.map((_, row) => row);
    for (let sweep = 0, moved = Infinity; sweep < sweeps && moved > STANDS; sweep++) {
      const noise = this.noise;
      const at = (x: number): number => {
        this.noise = Math.exp(x);
        return this.likelihood(all);
      };
      const [from, to] = [Math.max(MIN_LOSS, noise / 30), Math.min(0.5, noise * 4)];
      this.noise = Math.exp(maximum(at, Math.log(from), Math.log(to)));
      moved = Math.abs(Math.log(this.noise / noise));
      for (const column of this.suspects) {
        const before = this.loss[column] as number;
        const { loss } = this.fit(column);
        this.loss[column] = loss;
        moved = Math.max(moved, Math.abs(Math.log(loss / before)));
      }
    }
  }

  private ratioOf({ paths }: Merged): number {
    let passed = 0;
    for (const { links, share } of paths) {
      let survives = share;
      for (const column of links) survives *= 1 - (this.loss[column] as number);
      passed += survives;
    }
    return within(1 - passed * (1 - this.noise));
  }

  private likelihood(rows: readonly number[]): number {
    let sum = 0;
    for (const index of rows) {
      const row = this.rows[index] as Merged;
      const ratio = this.ratioOf(row);
      sum += row.lost * Math.log(ratio) + (row.sent - row.lost) * Math.log(1 - ratio);
    }
    return sum;
  }
}

/** The share of observations that are taken to have met no bad link. */
const QUIET = 0.25;

function quietest(rows: readonly Merged[]): readonly Merged[] {
  const ratio = ({ sent, lost }: Merged): number => lost / sent;
  const sorted = [...rows].sort((a, b) => ratio(a) - ratio(b));
  return sorted.slice(0, Math.ceil(QUIET * rows.length));
}

function noiseOf(rows: readonly Merged[]): number {
  let [sent, lost] = [0, 0];
  for (const row of rows) [sent, lost] = [sent + row.sent, lost + row.lost];
  return within(lost / sent);
}

function merged(
  observations: readonly PathObservation[],
  columns: ReadonlyMap<number, number>,
): readonly Merged[] {
  const found = new Map<string, Merged>();
  for (const { paths, sent, lost } of observations) {
    if (!(sent > 0) || !(lost >= 0)) continue;
    const key = paths.map(({ links, share }) => `${links.join()}*${share}`).join(';');
    let row = found.get(key);
    if (row === undefined) {
      const own = paths.map(({ links, share }) => ({
        links: Int32Array.from(links, (link) => columns.get(link) ?? 0),
        share,
      }));
      found.set(key, (row = { paths: own, sent: 0, lost: 0 }));
    }
    row.sent += sent;
    row.lost += Math.min(sent, lost);
  }
  return [...found.values()];
}

const within = (loss: number): number => Math.min(1 - MIN_LOSS, Math.max(MIN_LOSS, loss || 0));

/** Golden section: the likelihood has one peak in each of its parameters. */
function maximum(of: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atA, atB] = [of(a), of(b)];
  for (let step = 0; step < STEPS; step++) {
    if (atA >= atB) {
      [high, b, atB] = [b, a, atA];
      a = high - GOLDEN * (high - low);
      atA = of(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + GOLDEN * (high - low);
      atB = of(b);
    }
  }
  return (low + high) / 2;
}
