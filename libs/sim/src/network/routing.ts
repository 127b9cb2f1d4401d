import { assert, fnv1a } from '@weir/core/base';
import { dealEntries, entryOf, hashOf, hashSeeds, hashValues, shareOf } from './hashing';
import type { Network } from './network';
import { movedPrefixes, type SwitchSettings } from './settings';

/** A way from one host to another: the sending NIC, then egress channels, the last to the host. */
export interface Path {
  readonly channels: readonly number[];
  /** Share of the traffic that takes it. */
  readonly fraction: number;
}

/** Longer than any path of a sane fabric: a route loop ends here and its traffic is lost. */
const MAX_HOPS = 8;

/** Next hops of a route that work now, and the last table entry of each (exclusive). */
interface Group {
  readonly channels: readonly number[];
  readonly ends: readonly number[];
}

/** Paths of a pair with the switches that had a say in them. */
interface Known {
  readonly paths: readonly Path[];
  readonly visited: readonly number[];
  /** Version at which they were last known to be true. */
  readonly version: number;
}

/** When the forwarding of one switch last changed: altogether, and of single prefixes. */
interface Changes {
  all: number;
  readonly prefixes: Map<string, number>;
}

/**
 * Forwarding as the switches do it: a next hop is chosen by a hash of the flow over a table whose
 * entries are dealt out by the weights of the static route; the entries of a dead port go to the
 * others. Paths are kept until something changes that they went by.
 */
export class Routing {
  /** Grows with everything that may move traffic; settings of queues alone do not. */
  version = 0;
  private settings: (SwitchSettings | undefined)[];
  private groups: Map<string, Group>[];
  private known = new Map<number, Known>();
  private changes: Changes[];
  private readonly withdraws: boolean;
  /** The switch that a prefix is connected to, which needs no route to it. */
  private readonly homes = new Map<string, number>();
  /** Switches whose group for a prefix is being looked for: a loop does not reach it. */
  private readonly asking = new Set<number>();

  constructor(
    private readonly network: Network,
    seed: number,
    private readonly seeds: Uint32Array = hashSeeds(network.spec, seed),
  ) {
    this.settings = network.spec.switches.map(() => undefined);
    this.groups = network.spec.switches.map(() => new Map<string, Group>());
    this.changes = network.spec.switches.map(() => ({ all: 0, prefixes: new Map() }));
    this.withdraws = network.spec.remoteFailures === 'withdrawn';
    for (const { spec, device } of network.endpoints.values()) this.homes.set(spec.prefix, device);
  }

  /** The same forwarding over a fork of the network. */
  fork(network: Network): Routing {
    const fork = new Routing(network, 0, this.seeds);
    fork.version = this.version;
    fork.settings = [...this.settings];
    fork.known = new Map(this.known);
    // Which groups are known decides what a later change makes forgotten.
    fork.groups = this.groups.map((groups) => new Map(groups));
    fork.changes = this.changes.map(({ all, prefixes }) => ({ all, prefixes: new Map(prefixes) }));
    return fork;
  }

  configure(device: number, settings: SwitchSettings): void {
    const before = this.settings[device];
    this.settings[device] = settings;
    const moved = before === undefined ? 'all' : movedPrefixes(before.routes, settings.routes);
    if (moved !== 'all' && moved.length === 0) return;
    this.version += 1;
    if (moved === 'all') {
      if (this.withdraws) this.forgetAll();
      else this.forget(device);
      return;
    }
    for (const prefix of moved) {
      const known = this.groups[device]?.get(prefix);
      this.forgetPrefix(device, prefix);
      if (!this.withdraws || known === undefined) continue;
      const reached = this.group(device, prefix).channels.length > 0;
      if (reached === known.channels.length > 0) continue;
      for (const other of this.changes.keys()) this.forgetPrefix(other, prefix);
    }
  }

  settingsOf(device: number): SwitchSettings {
    const settings = this.settings[device];
    assert(settings !== undefined, 'the switch was configured');
    return settings;
  }

  /** Tells that these channels went up or down; without an argument, that anything may have. */
  changed(channels?: Iterable<number>): void {
    this.version += 1;
    if (channels === undefined || this.withdraws) {
      this.forgetAll();
      return;
    }
    for (const index of channels) {
      const channel = this.network.channel(index);
      // What a host cannot send concerns every path that begins at its switch.
      this.forget(channel.device === -1 ? channel.peer : channel.device);
    }
  }

  /**
   * All paths of many small flows together; fractions add up to less than 1 where some are lost.
   * The same array until one of the switches on the way changes what it does with them.
   */
  spread(source: string, destination: string): readonly Path[] {
    const { from, to } = this.pair(source, destination);
    const key = from.index * this.network.endpoints.size + to.index;
    const known = this.known.get(key);
    const prefix = to.spec.prefix;
    if (known !== undefined && known.version === this.version) return known.paths;
    if (known !== undefined && this.stillTrue(known, prefix)) {
      this.known.set(key, { ...known, version: this.version });
      return known.paths;
    }
    const paths: Path[] = [];
    const visited = new Set([from.device]);
    const visit = (device: number, channels: readonly number[], fraction: number): void => {
      if (channels.length > MAX_HOPS || fraction < 1e-9) return;
      visited.add(device);
      if (device === to.device) {
        if (!this.network.channel(to.port).fault.up) return;
        paths.push({ channels: [...channels, to.port], fraction });
        return;
      }
      const group = this.group(device, prefix);
      const total = group.ends.at(-1) ?? 0;
      for (const [at, channel] of group.channels.entries()) {
        const [from, to] = [group.ends[at - 1] ?? 0, group.ends[at] ?? 0];
        const { peer } = this.network.channel(channel);
        // A route to somebody else's host: what it gets is lost.
        if (peer === -1) continue;
        const share = shareOf(from, to, this.valuesOf(group), total);
        visit(peer, [...channels, channel], fraction * share);
      }
    };
    if (this.network.channel(from.nic).fault.up) visit(from.device, [from.nic], 1);
    this.known.set(key, { paths, visited: [...visited], version: this.version });
    return paths;
  }

  /** The path of one flow; null when it is lost in a black hole or a loop. */
  single(source: string, destination: string, flow: string): Path | null {
    const { from, to } = this.pair(source, destination);
    if (!this.network.channel(from.nic).fault.up) return null;
    const hash = fnv1a(flow);
    const channels = [from.nic];
    let device = from.device;
    while (device !== to.device) {
      const group = this.group(device, to.spec.prefix);
      const total = group.ends.at(-1) ?? 0;
      if (total === 0 || channels.length >= MAX_HOPS) return null;
      const entry = entryOf(hashOf(hash, this.seeds[device] ?? 0), this.valuesOf(group), total);
      const channel = group.channels[group.ends.findIndex((end) => entry < end)];
      assert(channel !== undefined, 'every entry has a next hop');
      channels.push(channel);
      device = this.network.channel(channel).peer;
    }
    if (!this.network.channel(to.port).fault.up) return null;
    channels.push(to.port);
    return { channels, fraction: 1 };
  }

  private valuesOf({ channels }: Group): number {
    return hashValues(this.network.spec, channels.length);
  }

  private pair(source: string, destination: string) {
    const from = this.network.endpoints.get(source);
    const to = this.network.endpoints.get(destination);
    assert(from !== undefined && to !== undefined, `endpoints ${source}, ${destination} exist`);
    return { from, to };
  }

  private stillTrue(known: Known, prefix: string): boolean {
    return known.visited.every((device) => {
      const changes = this.changes[device];
      if (changes === undefined || changes.all > known.version) return false;
      return (changes.prefixes.get(prefix) ?? 0) <= known.version;
    });
  }

  private forgetAll(): void {
    for (const device of this.changes.keys()) this.forget(device);
  }

  private forgetPrefix(device: number, prefix: string): void {
    this.changes[device]?.prefixes.set(prefix, this.version);
    this.groups[device]?.delete(prefix);
  }

  private forget(device: number): void {
    const changes = this.changes[device];
    if (changes !== undefined) changes.all = this.version;
    this.groups[device]?.clear();
  }

  private group(device: number, prefix: string): Group {
    const groups = this.groups[device];
    let group = groups?.get(prefix);
    if (group === undefined) {
      group = this.deal(device, prefix);
      groups?.set(prefix, group);
    }
    return group;
  }

  /** Whether the prefix is still announced from behind the channel. */
  private reaches(channel: number, prefix: string): boolean {
    const { peer } = this.network.channel(channel);
    if (peer === -1 || this.homes.get(prefix) === peer) return true;
    if (this.asking.has(peer)) return false;
    return this.group(peer, prefix).channels.length > 0;
  }

  /** Next hops with a weight whose port is up share the whole table. */
  private deal(device: number, prefix: string): Group {
    this.asking.add(device);
    const channels: number[] = [];
    const weights: number[] = [];
    for (const hop of this.settings[device]?.routes.get(prefix) ?? []) {
      const channel = this.network.egress[device]?.get(hop.interface);
      if (channel === undefined || hop.weight <= 0) continue;
      if (!this.network.channel(channel).fault.up) continue;
      if (this.withdraws && !this.reaches(channel, prefix)) continue;
      channels.push(channel);
      weights.push(hop.weight);
    }
    this.asking.delete(device);
    const grid = this.network.spec.switches[device]?.weightGridEntries ?? 64;
    const ends: number[] = [];
    for (const entries of dealEntries(weights, grid)) ends.push((ends.at(-1) ?? 0) + entries);
    return { channels, ends };
  }
}
