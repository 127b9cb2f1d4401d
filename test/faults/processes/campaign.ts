import { CRASH_POINTS } from '@weir/runtime';
import type { Random } from '@weir/core/base';
import type { Blow, Effect } from '../../e2e/harness/crash';
import { isUndoing, needsInverse } from '../../e2e/harness/crash-labels';
import type { Shape } from '../../e2e/harness/rehearsal';

/** Devices of one kind on which changes are made and killed, one after the other. */
export interface Lane {
  readonly name: string;
  readonly shape: Shape;
  /** The switches drop extensions, so that the timer of the controller is the only one. */
  readonly ignoreExtensions: boolean;
  /** Points that only a change of several stages passes. */
  readonly more?: readonly string[];
}

export const LANES: readonly Lane[] = [
  { name: 'two switches', shape: {}, ignoreExtensions: false },
  { name: 'one switch', shape: { devices: ['leaf1'] }, ignoreExtensions: false },
  {
    name: 'four switches, canary first',
    shape: { devices: ['leaf1', 'leaf2', 'leaf4', 'leaf5'], leaves: 5 },
    ignoreExtensions: false,
    more: ['before:stage-proved', 'after:stage-proved'],
  },
  { name: 'two switches without commit-confirmed', shape: {}, ignoreExtensions: true },
];

export interface Kill {
  readonly blow: Blow;
  readonly effect: Effect;
}

const OF_THE_DEVICE = /southbound:(before|after)-(confirm|cancel)/;
const KEEPING = /confirm/;
/** A change takes about so long from the request to its end. */
const CHANGE_MS = 2_500;
/** Every so many kills one is at any instant. */
const ANYWHERE_EVERY = 4;

/** Labels that a change with this effect passes on the devices of the lane. */
function passed(lane: Lane, effect: Effect): readonly string[] {
  return [...CRASH_POINTS, ...(lane.more ?? [])].filter((label) => {
    if (needsInverse(label) && !lane.ignoreExtensions) return false;
    if (OF_THE_DEVICE.test(label) && lane.ignoreExtensions) return false;
    return effect === 'improved' ? !isUndoing(label) : !KEEPING.test(label);
  });
}

/**
 * The kills of a lane: every label that a change passes there, whether it is kept or undone, in
 * random order and over again, with instants in between that no label names.
 */
export function killsOf(lane: Lane, count: number, random: Random): readonly Kill[] {
  const labelled = (): Kill[] =>
    (['improved', 'harmed'] as const).flatMap((effect) =>
      passed(lane, effect).map((label) => ({ blow: { label }, effect })),
    );
  const kills: Kill[] = [];
  let left: Kill[] = [];
  while (kills.length < count) {
    if (kills.length % ANYWHERE_EVERY === ANYWHERE_EVERY - 1) {
      const effect = random.below(2) === 0 ? 'improved' : 'harmed';
      kills.push({ blow: { afterMs: random.below(CHANGE_MS) }, effect });
      continue;
    }
    if (left.length === 0) left = labelled();
    kills.push(...left.splice(random.below(left.length), 1));
  }
  return kills;
}

export const blowName = (blow: Blow): string => ('label' in blow ? blow.label : 'any instant');
