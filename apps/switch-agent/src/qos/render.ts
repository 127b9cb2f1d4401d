import { invalidArgument, unimplemented } from '@weir/gnmi';
import { redLeaf } from './red';
import { htbClasses, lineClass, rateOf } from './shares';
import {
  DEFAULT_NODE,
  minorOf,
  nodeOf,
  type FilterTable,
  type Leaf,
  type TcTree,
  U32_NUMBERS,
} from './tree';
import type { WantedPort, WantedQueue } from './wanted';

/** The kernel's own default: a thousand packets of 1500 bytes. */
const DEFAULT_LIMIT_BYTES = 1_514_000;
/** A full packet must fit. */
const MIN_LIMIT_BYTES = 1_514;
const MAX_LIMIT_BYTES = 2n ** 32n - 1n;

/** The tree that a port of this rate should have; refusals name the leaf's path. */
export function renderPort(port: WantedPort, rateBps: bigint): TcTree {
  const lineBps = rateOf(Number(rateBps));
  const shares = port.queues.map(({ id, level, weight }) => ({
    minor: minorOf(id),
    level,
    weight,
  }));
  const defaultMinor = defaultQueue(port);
  const minors = new Map(port.queues.map((queue) => [queue.name, minorOf(queue.id)]));
  const table = (map: ReadonlyMap<number, string> | null): FilterTable => {
    const found = new Map([[DEFAULT_NODE, defaultMinor]]);
    for (const [dscp, queue] of map ?? []) {
      const minor = minors.get(queue);
      if (minor !== undefined) found.set(nodeOf(dscp), minor);
    }
    return found;
  };
  return {
    defaultMinor,
    line: lineClass(lineBps),
    classes: htbClasses(shares, lineBps),
    leaves: new Map(port.queues.map((queue) => [minorOf(queue.id), leafOf(queue, lineBps)])),
    // Both tables or none: the kernel numbers tables as they come, and an undo must find the same.
    filters:
      port.dscp4 === null && port.dscp6 === null
        ? null
        : { ip: table(port.dscp4), ipv6: table(port.dscp6), numbers: U32_NUMBERS },
    strange: [],
  };
}

/** Where DSCP 0 goes; else the weighted queue of the lowest id; else the last strict one. */
function defaultQueue(port: WantedPort): number {
  const named = port.queues.find((queue) => queue.name === port.dscp4?.get(0));
  if (named !== undefined) return minorOf(named.id);
  const last = Math.max(...port.queues.map((queue) => queue.level));
  const [first] = port.queues.filter((queue) => queue.level === last);
  if (first === undefined) throw new TypeError(`${port.interface} has no queue`);
  return minorOf(first.id);
}

function leafOf(queue: WantedQueue, lineBps: number): Leaf {
  const limitBytes = limitOf(queue, lineBps);
  if (queue.marking === null) return { kind: 'bfifo', limitBytes };
  return redLeaf(queue.marking, limitBytes);
}

function limitOf(queue: WantedQueue, lineBps: number): number {
  if (queue.limit === null) return DEFAULT_LIMIT_BYTES;
  const { at, bytes, micros } = queue.limit;
  const total = bytes + (micros * BigInt(Math.round(lineBps))) / 8_000_000n;
  if (total > MAX_LIMIT_BYTES)
    throw unimplemented(`${at}/config: ${total} bytes are more than the kernel's 2^32-1`);
  if (total < BigInt(MIN_LIMIT_BYTES))
    throw invalidArgument(`${at}/config: ${total} bytes do not hold a packet of 1500`);
  return Number(total);
}
