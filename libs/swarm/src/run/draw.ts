import { assert, type Random } from '@weir/core/base';
import { FAULT_OPTIONS } from '../faults';
import type { FaultOption } from '../faults/fault-option';
import type { Plant } from '../plant/plant';

export type Chosen = readonly FaultOption<Plant>[];

/** How many options a swarm has on at once. */
const FEWEST = 2;
const MOST = 8;

/** Options of a run in order of their names: those asked for, or a few of all. */
export function chosenOptions(random: Random, faults: readonly string[] | 'all'): Chosen {
  const byName = [...FAULT_OPTIONS].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (faults !== 'all') {
    for (const name of faults)
      assert(
        byName.some((option) => option.name === name),
        `there is no fault option ${name}`,
      );
    return byName.filter((option) => faults.includes(option.name));
  }
  const left = [...byName];
  const count = Math.min(left.length, FEWEST + random.below(MOST - FEWEST + 1));
  const drawn: FaultOption<Plant>[] = [];
  while (drawn.length < count) drawn.push(...left.splice(random.below(left.length), 1));
  return byName.filter((option) => drawn.includes(option));
}
