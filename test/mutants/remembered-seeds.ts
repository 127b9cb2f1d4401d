import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invariant } from '@weir/swarm';

/** The seed that caught a mutant first, by its name. */
export type KnownSeeds = Readonly<
  Record<string, { readonly seed: number; readonly invariant: Invariant; readonly what: string }>
>;

const FILE = join(__dirname, 'known-seeds.json');

export const knownSeeds = (): KnownSeeds => JSON.parse(readFileSync(FILE, 'utf8')) as KnownSeeds;

export function writeKnownSeeds(seeds: KnownSeeds): void {
  const sorted = Object.fromEntries(
    Object.entries(seeds).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Seeds 1 to `count`, the known one first. */
export function seedsFor(name: string, count: number, known: KnownSeeds): readonly number[] {
  const first = known[name]?.seed;
  const rest = Array.from({ length: count }, (_, index) => index + 1);
  return first === undefined ? rest : [first, ...rest.filter((seed) => seed !== first)];
}
