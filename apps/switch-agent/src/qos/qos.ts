import { aborted, failedPrecondition, GnmiError, notFound, type LeafMap } from '@weir/gnmi';
import { ToolFailure, ToolRefusal, type Tool } from '../kernel/batch';
import type { QueueState } from '../kernel/queues';
import type { Log } from '../routes/forwarding';
import type { LeafGroup } from '../state/leaves';
import { QueueDepths } from '../state/queue-depths';
import { filterKind, NOT_PROBED, probeQos, type QosCapabilities } from './capabilities';
import type { FilterKind } from './commands';
import { changedPorts, checkUndoable, difference, somebodysRoot, type Drift } from './difference';
import { qosFromLeaves } from './from-leaves';
import { planPorts, QosReader, type QosSnapshot } from './kernel-qos';
import { checkOffered } from './offered';
import { isQosPath, portPath } from './paths';
import { renderPort } from './render';
import { queueGroups } from './state';
import { DEFAULT_STATE, sameState, type PortState } from './tree';
import type { QosConfig, WantedPort } from './wanted';

export interface QosOptions {
  readonly ip: Tool;
  readonly tc: Tool;
  /** Rates from the agent's file; a port that is not here has its driver's speed. */
  readonly ports: ReadonlyMap<string, { readonly rateBps: bigint }>;
  readonly log: Log;
  /** Polls after which classes and filters are read again; 10 when nothing is said. */
  readonly detailsEvery?: number;
}

/** What is asked of a link: its name, and the driver's speed where there is one. */
export interface QosLink {
  readonly name: string;
  readonly speedBps?: bigint | null;
}

/** A poll's worth of queueing. */
export interface QosReading extends QosSnapshot {
  readonly queues: readonly QueueState[];
}

/** A Set's part in QoS. `apply` and `keep`, or `putBack`; the kernel is untouched before `apply`. */
export interface QosChange {
  readonly changed: boolean;
  apply(): Promise<void>;
  putBack(): Promise<void>;
  keep(): void;
}

type States = ReadonlyMap<string, PortState>;

/**
 * Output QoS of all ports. Changes come one at a time (the caller sees to that): prepared without
 * touching the kernel, tried in it and read back, then kept, or put back as it was. Ports that a
 * change does not concern are left alone, drift made by hand included.
 */
export class Qos {
  private config: QosConfig = new Map();
  private found: QosCapabilities = NOT_PROBED;
  private readonly depths = new QueueDepths();
  private unreadable = false;
  /** Trees as last rendered, by port: polls ask for them again and again. */
  private readonly rendered = new Map<
    string,
    { readonly port: WantedPort; readonly rateBps: bigint; readonly state: PortState }
  >();

  private readonly reader: QosReader;
  private drifted: {
    readonly ports: States;
    readonly config: QosConfig;
    readonly rates: string;
    readonly drift: Drift;
  } | null = null;

  constructor(private readonly options: QosOptions) {
    this.reader = new QosReader(options.tc, options.detailsEvery);
  }

  get capabilities(): QosCapabilities {
    return this.found;
  }

  /** Tries what the kernel can do; to be called once before anything else. */
  async probe(): Promise<QosCapabilities> {
    this.found = await probeQos(this.options.ip, this.options.tc);
    return this.found;
  }

  ownsPath(path: string): boolean {
    return isQosPath(path);
  }

  /** Whether any of these links has QoS by the configuration. */
  concern(links: ReadonlySet<string>): boolean {
    return [...this.config.keys()].some((dev) => links.has(dev));
  }

  /** Rejects with a GnmiError that names the leaf; the kernel is read and not changed. */
  async prepare(next: LeafMap, links: readonly QosLink[]): Promise<QosChange> {
    const wanted = qosFromLeaves(next);
    const touched = changedPorts(this.config, wanted);
    const target = new Map<string, PortState>();
    for (const dev of touched) target.set(dev, this.targetOf(dev, wanted, links));
    const before = touched.size === 0 ? new Map<string, PortState>() : await this.statesOf(touched);
    for (const [dev, state] of before) {
      if (wanted.has(dev) || state.kind === 'owned') checkUndoable(dev, state);
      // Nothing is wanted there any more, and what hangs there is not ours.
      else target.set(dev, state);
    }
    return {
      changed: touched.size > 0,
      apply: () => this.apply(before, target),
      putBack: () => this.putBack(before),
      keep: () => {
        this.config = wanted;
        if (touched.size > 0) this.options.log.info({ ports: [...touched] }, 'QoS changed');
      },
    };
  }

  /**
   * Takes the kernel to a configuration: at start, and when links came back. Logs what differed; a
   * refusal, or a root of somebody else, is logged and the port left as it is.
   */
  async converge(leaves: LeafMap, links: readonly QosLink[], reason: string): Promise<void> {
    const { log } = this.options;
    const wanted = qosFromLeaves(leaves);
    this.config = wanted;
    if (!this.found.htb.available && wanted.size === 0) return;
    const ports = await this.portsOrLog(reason);
    if (ports === null) return;
    const { target, refused } = this.targets(wanted, ports, links);
    for (const { dev, error } of refused)
      log.error({ port: dev, error: error.message }, 'QoS not in force');
    for (const [dev, state] of target) {
      const present = ports.get(dev) ?? DEFAULT_STATE;
      if (present.kind === 'foreign') {
        log.error({ port: dev, error: somebodysRoot(dev, present.text) }, 'QoS not in force');
        continue;
      }
      const commands = planPorts(ports, new Map([[dev, state]]), this.kind);
      if (commands.length === 0) continue;
      log.warn({ reason, ...difference(dev, state, present) }, 'QoS brought to the configuration');
      try {
        await this.run(commands);
      } catch (error) {
        if (!(error instanceof ToolRefusal) && !(error instanceof ToolFailure)) throw error;
        log.error({ reason, port: dev, error: error.message }, 'kernel refused the QoS of a port');
      }
    }
  }

  private async portsOrLog(reason: string): Promise<States | null> {
    try {
      return (await this.reader.fresh()).ports;
    } catch (error) {
      if (!(error instanceof ToolRefusal) && !(error instanceof ToolFailure)) throw error;
      // The routes of a switch are worth having without its queues.
      this.options.log.error({ reason, error: error.message }, 'QoS not in force: tc fails');
      return null;
    }
  }

  /** Without figures when tc fails this once: other telemetry does not wait for it. */
  async read(): Promise<QosReading> {
    let reading: QosReading = { ports: new Map(), queues: [] };
    try {
      reading = await this.reader.poll();
      this.unreadable = false;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      if (!this.unreadable) this.options.log.warn({ error: detail }, 'queues cannot be read');
      this.unreadable = true;
    }
    this.depths.add(reading.queues);
    return reading;
  }

  /** Where the kernel departs from the configuration; empty lists when it does not. */
  drift(reading: QosReading, _leaves: LeafMap, links: readonly QosLink[]): Drift {
    if (this.unreadable) return { missing: [], unexpected: [] };
    const { config } = this;
    const rates = links.map(({ name, speedBps }) => `${name} ${speedBps ?? ''}`).join();
    const last = this.drifted;
    // Between two full readings nothing can have become different.
    if (last?.ports === reading.ports && last.config === config && last.rates === rates)
      return last.drift;
    const drift = this.driftOf(reading.ports, links);
    this.drifted = { ports: reading.ports, config, rates, drift };
    return drift;
  }

  private driftOf(ports: States, links: readonly QosLink[]): Drift {
    const { target, refused } = this.targets(this.config, ports, links);
    const lists = [...target].map(([dev, state]) =>
      difference(dev, state, ports.get(dev) ?? DEFAULT_STATE),
    );
    for (const { dev, error } of refused)
      lists.push({ missing: [`${dev} ${error.message}`], unexpected: [] });
    return {
      missing: lists.flatMap((list) => list.missing),
      unexpected: lists.flatMap((list) => list.unexpected),
    };
  }

  /** Queues with their OpenConfig names; ports without a tree keep the kernel's. */
  stateGroups(reading: QosReading): readonly LeafGroup[] {
    const owned = [...reading.ports].flatMap(([dev, { kind }]) => (kind === 'owned' ? [dev] : []));
    return queueGroups(reading.queues, this.config, new Set(owned), this.depths);
  }

  /** What ports with a link should hold, and orphans; what cannot be done comes with its reason. */
  private targets(
    wanted: QosConfig,
    present: States,
    links: readonly QosLink[],
  ): {
    readonly target: Map<string, PortState>;
    readonly refused: readonly { readonly dev: string; readonly error: GnmiError }[];
  } {
    const target = new Map<string, PortState>();
    const refused: { readonly dev: string; readonly error: GnmiError }[] = [];
    for (const [dev, state] of present)
      if (state.kind === 'owned' && !wanted.has(dev)) target.set(dev, DEFAULT_STATE);
    for (const dev of wanted.keys()) {
      if (!links.some((link) => link.name === dev)) continue;
      try {
        target.set(dev, this.targetOf(dev, wanted, links));
      } catch (error) {
        if (!(error instanceof GnmiError)) throw error;
        refused.push({ dev, error });
      }
    }
    return { target, refused };
  }

  private targetOf(dev: string, wanted: QosConfig, links: readonly QosLink[]): PortState {
    const port = wanted.get(dev);
    if (port === undefined) return DEFAULT_STATE;
    const at = portPath(dev);
    const link = links.find((item) => item.name === dev);
    if (link === undefined) throw notFound(`${at}: no interface "${dev}" exists`);
    const rateBps = this.options.ports.get(dev)?.rateBps ?? link.speedBps ?? null;
    if (rateBps === null || rateBps <= 0n)
      throw failedPrecondition(
        `${at}/output: the rate of ${dev} is not known; give it in the agent's file as ` +
          `spec.ports.${dev}.rate, e.g. 10G`,
      );
    const known = this.rendered.get(dev);
    if (known?.port === port && known.rateBps === rateBps) return known.state;
    checkOffered(port, this.found);
    const state: PortState = { kind: 'owned', tree: renderPort(port, rateBps) };
    this.rendered.set(dev, { port, rateBps, state });
    return state;
  }

  private async statesOf(devs: ReadonlySet<string>): Promise<Map<string, PortState>> {
    const { ports } = await this.reader.fresh();
    return new Map([...devs].map((dev) => [dev, ports.get(dev) ?? DEFAULT_STATE]));
  }

  private async apply(before: States, target: States): Promise<void> {
    const commands = planPorts(before, target, this.kind);
    try {
      await this.run(commands);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const dev = error instanceof ToolRefusal ? commands[error.index]?.dev : undefined;
      const where = dev === undefined ? '' : `${portPath(dev)}/output: `;
      throw aborted(`${where}the kernel refused it: ${detail}`);
    }
    const reached = await this.statesOf(new Set(target.keys()));
    for (const [dev, state] of target) {
      const present = reached.get(dev) ?? DEFAULT_STATE;
      if (sameState(state, present)) continue;
      const { missing, unexpected } = difference(dev, state, present);
      throw aborted(
        `${portPath(dev)}/output: the kernel did not keep what it accepted: missing ` +
          `[${missing.join('; ')}], unexpected [${unexpected.join('; ')}]`,
      );
    }
  }

  private async putBack(before: States): Promise<void> {
    try {
      const now = await this.statesOf(new Set(before.keys()));
      const commands = planPorts(now, before, this.kind);
      await this.run(commands);
    } catch (error) {
      // The Set is answered with its own failure; state leaves show what the kernel really holds.
      const detail = error instanceof Error ? error.message : String(error);
      this.options.log.error({ error: detail }, 'QoS could not be put back after a failure');
    }
  }

  private async run(commands: ReturnType<typeof planPorts>): Promise<void> {
    try {
      await this.options.tc.run(commands.map(({ words }) => words));
    } finally {
      this.reader.forget();
    }
  }

  private get kind(): FilterKind {
    return filterKind(this.found) ?? 'u32';
  }
}
