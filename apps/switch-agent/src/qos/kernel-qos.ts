import type { Tool } from '../kernel/batch';
import { parseQueues, type QueueState } from '../kernel/queues';
import type { FilterKind, Words } from './commands';
import { discsByDevice, ownership, readPort, type DeviceDiscs } from './observe';
import { planPort } from './plan';
import type { PortState } from './tree';

/** All queueing of the kernel at one moment. */
export interface QosSnapshot {
  /** By device; devices that are not here have the kernel's default. */
  readonly ports: ReadonlyMap<string, PortState>;
  readonly queues: readonly QueueState[];
}

/** Reads after which classes and filters are read again though no discipline has changed. */
const DETAILS_EVERY = 10;

/**
 * Reads every device's disciplines with one command, and classes and filters of those that carry a
 * tree of this agent with two more each. These cost twenty times as much, and only tell of drift:
 * polls have them from the last reading as long as the disciplines are the same.
 */
export class QosReader {
  private known: { readonly shape: string; readonly ports: ReadonlyMap<string, PortState> } | null =
    null;
  private age = 0;

  constructor(
    private readonly tc: Tool,
    private readonly detailsEvery = DETAILS_EVERY,
  ) {}

  /** The next reading is of everything: something was changed. */
  forget(): void {
    this.known = null;
  }

  /** Everything as it is now. */
  fresh(): Promise<QosSnapshot> {
    this.forget();
    return this.poll();
  }

  /** Figures of queues as they are now; a class or filter may be some readings old. */
  async poll(): Promise<QosSnapshot> {
    const [text = ''] = await this.tc.read(['qdisc show']);
    const devices = discsByDevice(text);
    const shape = shapeOf(devices);
    this.age += 1;
    if (this.known?.shape !== shape || this.age >= this.detailsEvery) {
      this.known = { shape, ports: await this.details(devices) };
      this.age = 0;
    }
    return { ports: this.known.ports, queues: parseQueues(text) };
  }

  private async details(
    devices: ReadonlyMap<string, DeviceDiscs>,
  ): Promise<ReadonlyMap<string, PortState>> {
    const owned = [...devices].filter(([, discs]) => ownership(discs) === 'owned');
    const commands = owned.flatMap(([dev]) => [`class show dev ${dev}`, `filter show dev ${dev}`]);
    const texts = commands.length === 0 ? [] : await this.tc.read(commands);
    const place = new Map(owned.map(([dev], index) => [dev, 2 * index]));
    const ports = new Map<string, PortState>();
    for (const [dev, discs] of devices) {
      const at = place.get(dev);
      const [classes, filters] = at === undefined ? ['', ''] : [texts[at], texts[at + 1]];
      ports.set(dev, readPort(discs, classes ?? '', filters ?? ''));
    }
    return ports;
  }
}

/** All of the disciplines but their counters. */
function shapeOf(devices: ReadonlyMap<string, DeviceDiscs>): string {
  const rows = [...devices.values()].flatMap(({ root, rest }) =>
    root === null ? rest : [root, ...rest],
  );
  return JSON.stringify(
    rows.map(({ kind, handle, dev, parent, options }) => [kind, handle, dev, parent, options]),
    (name, value: unknown) => (name === 'direct_packets_stat' ? undefined : value),
  );
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
