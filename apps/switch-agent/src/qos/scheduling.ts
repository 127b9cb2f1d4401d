import { invalidArgument, unimplemented } from '@weir/gnmi';
import type { LeafReader, ListEntry } from './leaf-reader';
import { POLICIES, policyPath, queuePath } from './paths';

/** Place of a queue in a scheduler policy. */
export interface Scheduled {
  readonly level: number;
  readonly weight: number;
}

/** HTB has priorities 0 to 7. */
const MAX_LEVELS = 8;
/** The sum of 256 weights stays exact, and no share is below a millionth. */
const MAX_WEIGHT = 1_000_000n;
const SCHEDULERS = `${POLICIES}/schedulers/scheduler`;

interface Input {
  readonly queue: string;
  readonly weight: number;
}

/**
 * Queues of a scheduler policy with their order of service. Strict schedulers come first, in order
 * of their sequence, and within one the higher weight first; then at most one weighted scheduler.
 */
export function readPolicy(reader: LeafReader, name: string): ReadonlyMap<string, Scheduled> {
  const found = new Map<string, Scheduled>();
  let level = 0;
  let weighted: string | null = null;
  for (const scheduler of reader.entries(SCHEDULERS, policyPath(name))) {
    if (weighted !== null)
      throw unimplemented(
        `${scheduler.at}: comes after the weighted scheduler ${weighted}; strict schedulers must ` +
          'come first, and Linux HTB takes one weighted scheduler',
      );
    checkType(reader, scheduler);
    const strict = reader.text(`${scheduler.at}/config/priority`) === 'STRICT';
    const inputs = readInputs(reader, scheduler);
    for (const input of inputs)
      if (found.has(input.queue))
        throw invalidArgument(`${scheduler.at}: queue "${input.queue}" is an input already`);
    const weights = [...new Set(inputs.map((input) => input.weight))].sort((a, b) => b - a);
    for (const { queue, weight } of inputs)
      found.set(
        queue,
        strict ? { level: level + weights.indexOf(weight), weight: 1 } : { level, weight },
      );
    level += strict ? weights.length : 1;
    if (!strict) weighted = scheduler.at;
    if (level > MAX_LEVELS)
      throw unimplemented(`${scheduler.at}: HTB has ${MAX_LEVELS} priorities and no more`);
  }
  return found;
}

function checkType(reader: LeafReader, scheduler: ListEntry): void {
  const at = `${scheduler.at}/config/type`;
  const type = reader.text(at);
  if (type !== null && !type.endsWith('ONE_RATE_TWO_COLOR'))
    throw unimplemented(`${at}: "${type}" is not offered; leave it out or say ONE_RATE_TWO_COLOR`);
}

function readInputs(reader: LeafReader, scheduler: ListEntry): readonly Input[] {
  const inputs = reader.entries(`${SCHEDULERS}/inputs/input`, scheduler.at);
  if (inputs.length === 0)
    throw invalidArgument(`${scheduler.at}/inputs: a scheduler needs an input`);
  const seen = new Set<string>();
  return inputs.map(({ at }) => {
    const type = reader.text(`${at}/config/input-type`) ?? 'QUEUE';
    if (type !== 'QUEUE')
      throw unimplemented(`${at}/config/input-type: ${type} is not offered; QUEUE is`);
    const queue = reader.required(`${at}/config/queue`, 'name a queue of /qos/queues');
    if (!reader.has(queuePath(queue)))
      throw invalidArgument(`${at}/config/queue: no queue "${queue}" is configured in /qos/queues`);
    if (seen.has(queue))
      throw invalidArgument(`${at}/config/queue: queue "${queue}" is an input already`);
    seen.add(queue);
    return { queue, weight: readWeight(reader, `${at}/config/weight`) };
  });
}

function readWeight(reader: LeafReader, path: string): number {
  const weight = reader.count(path) ?? 1n;
  if (weight === 0n) throw invalidArgument(`${path}: 0 would starve the queue; give 1 or more`);
  if (weight > MAX_WEIGHT)
    throw invalidArgument(`${path}: ${weight} is above the largest weight ${MAX_WEIGHT}`);
  return Number(weight);
}
