import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invariant } from '@weir/swarm';
import type { SwarmRun } from './task';

/**
 * The run that caught a mutant first, by its name. The options are those that the seed had drawn, so
 * that it stays the same run when options are added.
 */
export type KnownSeeds = Readonly<
  Record<
    string,
    {
      readonly seed: number;
      readonly faults: readonly string[];
      readonly invariant: Invariant;
      readonly what: string;
    }
  >
>;

const FILE = join(__dirname, 'known-seeds.json');

export const knownSeeds = (): KnownSeeds => JSON.parse(readFileSync(FILE, 'utf8')) as KnownSeeds;

export function writeKnownSeeds(seeds: KnownSeeds): void {
  const sorted = Object.fromEntries(
    Object.entries(seeds).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The known run first, then seeds 1 to `count`. */
export function runsFor(
  name: string,
  count: number,
  faults: SwarmRun['faults'],
  known: KnownSeeds,
): readonly SwarmRun[] {
  const first = known[name];
  const rest = seedsUpTo(count).map((seed): SwarmRun => ({ seed, faults }));
  return first === undefined ? rest : [{ seed: first.seed, faults: first.faults }, ...rest];
}

export const seedsUpTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);
