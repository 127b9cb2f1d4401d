import { fnv1a } from '@weir/core/base';
import { assert } from '@weir/core/base';
import type { Network } from './network';
import type { NextHopSetting, SwitchSettings } from './settings';

/** A way from one host to another: the sending NIC, then egress channels, the last to the host. */
export interface Path {
  readonly channels: readonly number[];
  /** Share of the traffic that takes it. */
  readonly fraction: number;
}

/** Longer than any path of a sane fabric: a route loop ends here and its traffic is lost. */
const MAX_HOPS = 8;

/**
 * Forwarding as the switches do it: a next hop is chosen by a hash of the flow, different on
 * every switch, over a grid whose entries are dealt out by the weights of the static route.
 */
export class Routing {
  private readonly settings: (SwitchSettings | undefined)[];
  private readonly seeds: readonly number[];
  private readonly cache = new Map<string, readonly Path[]>();
  /** Grows with everything that may move traffic. */
  version = 0;

  constructor(
    private readonly network: Network,
    seed: number,
  ) {
    this.settings = network.spec.switches.map(() => undefined);
    this.seeds = network.spec.switches.map((entry) => fnv1a(`${seed}/${entry.name}`));
  }

  configure(device: number, settings: SwitchSettings): void {
    this.settings[device] = settings;
    this.changed();
  }

  settingsOf(device: number): SwitchSettings {
    const settings = this.settings[device];
    assert(settings !== undefined, 'the switch was configured');
    return settings;
  }

  changed(): void {
    this.version += 1;
    this.cache.clear();
  }

  /** All paths of many small flows together; fractions add up to less than 1 where some are lost. */
  spread(source: string, destination: string): readonly Path[] {
    const key = `${source}>${destination}`;
    let paths = this.cache.get(key);
    if (paths === undefined) {
      const found: Path[] = [];
      this.walk(source, destination, null, found);
      paths = found;
      this.cache.set(key, paths);
    }
    return paths;
  }

  /** The path of one flow; null when it is lost in a black hole or a loop. */
  single(source: string, destination: string, flow: string): Path | null {
    const found: Path[] = [];
    this.walk(source, destination, flow, found);
    return found[0] ?? null;
  }

  private walk(source: string, destination: string, flow: string | null, found: Path[]): void {
    const from = this.network.endpoints.get(source);
    const to = this.network.endpoints.get(destination);
    assert(from !== undefined && to !== undefined, `endpoints ${source}, ${destination} exist`);
    const visit = (device: number, channels: readonly number[], fraction: number): void => {
      if (channels.length > MAX_HOPS || fraction < 1e-9) return;
      if (device === to.device) {
        if (this.network.channel(to.port).fault.up) {
          found.push({ channels: [...channels, to.port], fraction });
        }
        return;
      }
      const hops = this.usable(device, to.spec.prefix);
      const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
      if (total === 0) return;
      const chosen = flow === null ? hops : [this.choose(device, hops, total, flow)];
      for (const hop of chosen) {
        const channel = this.network.egress[device]?.get(hop.interface);
        if (channel === undefined) continue;
        const share = flow === null ? fraction * (hop.weight / total) : fraction;
        visit(this.network.channel(channel).peer, [...channels, channel], share);
      }
    };
    if (this.network.channel(from.nic).fault.up) visit(from.device, [from.nic], 1);
  }

  /** Next hops with a weight whose port is up: a dead port's entries go to the others. */
  private usable(device: number, prefix: string): readonly NextHopSetting[] {
    const hops = this.settings[device]?.routes.get(prefix) ?? [];
    return hops.filter((hop) => {
      const channel = this.network.egress[device]?.get(hop.interface);
      return hop.weight > 0 && channel !== undefined && this.network.channel(channel).fault.up;
    });
  }

  private choose(
    device: number,
    hops: readonly NextHopSetting[],
    total: number,
    flow: string,
  ): NextHopSetting {
    const grid = this.network.spec.switches[device]?.weightGridEntries ?? 64;
    const entry = fnv1a(flow, this.seeds[device]) % grid;
    let end = 0;
    for (const hop of hops) {
      end += (hop.weight / total) * grid;
      if (entry < end - 1e-9) return hop;
    }
    const last = hops.at(-1);
    assert(last !== undefined, 'a route with weight has a next hop');
    return last;
  }
}
