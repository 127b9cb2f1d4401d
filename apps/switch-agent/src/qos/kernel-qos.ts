import type { Tool } from '../kernel/batch';
import { parseQueues, type QueueState } from '../kernel/queues';
import type { FilterKind, Words } from './commands';
import { discsByDevice, ownership, readPort } from './observe';
import { planPort } from './plan';
import type { PortState } from './tree';

/** All queueing of the kernel at one moment. */
export interface QosSnapshot {
  /** By device; devices that are not here have the kernel's default. */
  readonly ports: ReadonlyMap<string, PortState>;
  readonly queues: readonly QueueState[];
}

/**
 * Reads every device's disciplines with one command, and classes and filters of those that carry a
 * tree of this agent with two more each, all in one exchange.
 */
export async function readQos(tc: Tool): Promise<QosSnapshot> {
  const [text = ''] = await tc.read(['qdisc show']);
  const devices = discsByDevice(text);
  const owned = [...devices].filter(([, discs]) => ownership(discs) === 'owned');
  const details =
    owned.length === 0
      ? []
      : await tc.read(
          owned.flatMap(([dev]) => [`class show dev ${dev}`, `filter show dev ${dev}`]),
        );
  const place = new Map(owned.map(([dev], index) => [dev, 2 * index]));
  const ports = new Map<string, PortState>();
  for (const [dev, discs] of devices) {
    const at = place.get(dev);
    const [classes, filters] = at === undefined ? ['', ''] : [details[at], details[at + 1]];
    ports.set(dev, readPort(discs, classes ?? '', filters ?? ''));
  }
  return { ports, queues: parseQueues(text) };
}

/** Commands for several ports, each with the port that asked for it. */
export function planPorts(
  from: ReadonlyMap<string, PortState>,
  to: ReadonlyMap<string, PortState>,
  kind: FilterKind,
): readonly { readonly dev: string; readonly words: Words }[] {
  return [...to].flatMap(([dev, target]) =>
    planPort(dev, from.get(dev) ?? { kind: 'default' }, target, kind).map((words) => ({
      dev,
      words,
    })),
  );
}
