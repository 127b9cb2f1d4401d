import { readFileSync } from 'node:fs';
import type { gnmi } from '@weir/proto-gen';
import type { LeafDiff, LeafMap } from '@weir/gnmi';
import { unimplemented } from '@weir/gnmi';
import type {
  CommitStore,
  PendingCommit,
  StateChange,
  StateGroup,
  TargetBackend,
} from '@weir/gnmi-server';
import type { PrefixAccounting } from './kernel/accounting';
import type { KernelCapabilities } from './kernel/capabilities';
import type { Kernel, KernelSnapshot } from './kernel/kernel';
import type { Interfaces } from './interfaces/interfaces';
import type { Log } from './log';
import { modelsOf } from './models';
import { onPorts, partsOf } from './parts';
import type { Qos, QosReading } from './qos';
import type { QosLink } from './qos/qos';
import { usableLinkNames, type Forwarding } from './routes/forwarding';
import { routesFromLeaves } from './routes/from-leaves';
import { staticPath } from './routes/paths';
import { isIpv6Prefix, type StaticRoute } from './routes/static-route';
import type { PauseCounters } from './state/pause-counters';
import { operStatus, stateLeaves, type StateInput } from './state/leaves';
import { StateTree } from './state/state-tree';
import type { PersistedState, StateFile } from './store/state-file';
import { carryOut, type Turns } from './transaction';

export interface LinuxBackendOptions {
  readonly kernel: Kernel;
  readonly turns: Turns;
  readonly forwarding: Forwarding;
  readonly interfaces: Interfaces;
  readonly qos: Qos;
  readonly accounting: PrefixAccounting;
  readonly capabilities: KernelCapabilities;
  /** Rate of a port, bit/s: from the agent's file, and from its driver. */
  readonly speeds: StateInput['speeds'];
  readonly pauses: PauseCounters;
  readonly stateFile: StateFile;
  readonly persisted: PersistedState;
  readonly protocol: number;
  readonly log: Log;
}

/** Reads closer together than this share one snapshot. */
const SNAPSHOT_TTL_NS = 50_000_000n;

/**
 * The Linux kernel as a gNMI target's device: links, queues and static routes can be configured, and
 * they and the forwarding table are seen as they are.
 */
export class LinuxBackend implements TargetBackend, CommitStore {
  readonly models: readonly gnmi.ModelData[];
  private persisted: PersistedState;
  private readonly tree = new StateTree();
  private readonly listeners = new Set<(changes: readonly StateChange[]) => void>();
  private readonly lastChangeNs = new Map<string, bigint>();
  private operStatuses: ReadonlyMap<string, string> = new Map();
  private usable: ReadonlySet<string> = new Set();
  private indexes: ReadonlyMap<string, number> = new Map();
  private driftText = '';
  private seen = false;
  private takenNs = 0n;
  private refreshing: Promise<void> | null = null;
  private readonly bootTimeNs = readBootTimeNs();

  constructor(private readonly options: LinuxBackendOptions) {
    this.persisted = options.persisted;
    this.models = modelsOf(options.capabilities, options.qos.capabilities);
  }

  initialConfig(): LeafMap {
    return new Map(this.persisted.config);
  }

  /**
   * Links that come up, queues, routes, links that go down: each checked before any is touched,
   * tried, and put back when a later one fails or the state cannot be made durable.
   */
  async applyConfig(
    next: LeafMap,
    _changes: readonly LeafDiff[],
    restoring: boolean,
  ): Promise<void> {
    const { kernel, turns, forwarding, interfaces, qos, log } = this.options;
    const parts = partsOf(next);
    const routes = routesFromLeaves(parts.routes);
    this.checkOffered(routes);
    await turns.run(async () => {
      const now = await kernel.read();
      const links = interfaces.prepare(parts.interfaces, now, restoring);
      const table = forwarding.prepare(routes, now, restoring);
      const ports = this.qosLinks(now);
      const wanted = restoring ? onPorts(parts.qos, ports) : parts.qos;
      const queues = await qos.prepare(wanted, ports);
      const changes = [links.before, queues, table, links.after];
      const persist = async (): Promise<void> => {
        const { ids } = table;
        const state = { ...this.persisted, config: [...next], ids, links: links.originals };
        await this.keep(state, restoring);
      };
      await carryOut(changes, persist, log);
    });
    await this.refreshState(true);
  }

  /**
   * A disk that is full must not keep an unconfirmed change in the kernel: what is restored counts
   * at once. The file still has the commit that waits, so a restart would undo it again; it is
   * written when the commit is cleared, which is tried until it works.
   */
  private async keep(state: PersistedState, restoring: boolean): Promise<void> {
    if (restoring) this.persisted = state;
    try {
      await this.options.stateFile.save(state);
    } catch (error) {
      if (!restoring) throw error;
      this.options.log.error({ error: String(error) }, 'undone in the kernel, not on disk yet');
    }
    this.persisted = state;
  }

  /** At start: the kernel is taken to what is configured; what it refuses is logged. */
  async converge(reason: string): Promise<void> {
    const { kernel, turns, forwarding, interfaces, qos, capabilities } = this.options;
    await turns.run(async () => {
      await interfaces.converge(reason);
      await qos.converge(this.qosLeaves(), this.qosLinks(await kernel.read()), reason);
      if (capabilities.nexthopGroups.available) await forwarding.converge(null, reason);
    });
  }

  private checkOffered(routes: readonly StaticRoute[]): void {
    const { nexthopGroups } = this.options.capabilities;
    const [first] = routes;
    if (first !== undefined && !nexthopGroups.available)
      throw unimplemented(
        `${staticPath(first.prefix)}: static routes need nexthop objects: ${nexthopGroups.reason}`,
      );
  }

  private qosLeaves(): LeafMap {
    return partsOf(this.initialConfig()).qos;
  }

  private qosLinks(snapshot: KernelSnapshot): readonly QosLink[] {
    return snapshot.links
      .filter((link) => !link.loopback)
      .map((link) => ({ name: link.name, speedBps: this.options.speeds(link).driver }));
  }

  async load(): Promise<PendingCommit | null> {
    return this.persisted.pending;
  }

  async save(pending: PendingCommit | null): Promise<void> {
    const state = { ...this.persisted, pending };
    await this.options.stateFile.save(state);
    this.persisted = state;
  }

  stateGroups(): readonly StateGroup[] {
    return this.tree.groups;
  }

  get stateRevision(): number {
    return this.tree.revision;
  }

  stateTimeNs(): bigint {
    return this.takenNs;
  }

  onStateChange(listener: (changes: readonly StateChange[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads the kernel; calls while one runs share it, as do calls within a few milliseconds. */
  async refreshState(now = false): Promise<void> {
    if (this.refreshing !== null) {
      await this.refreshing;
      if (!now) return;
    }
    const ageNs = BigInt(Date.now()) * 1_000_000n - this.takenNs;
    if (!now && ageNs >= 0n && ageNs < SNAPSHOT_TTL_NS) return;
    this.refreshing ??= this.readKernel().finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
  }

  private async readKernel(): Promise<void> {
    const { kernel, turns, forwarding, accounting, qos } = this.options;
    const quiet = turns.quietSince;
    const [snapshot, reading] = await Promise.all([
      kernel.read(),
      qos.read(),
      accounting.update(countedPrefixes(forwarding.routes)),
    ]);
    this.takenNs = snapshot.timeNs;
    this.noteOperStatus(snapshot);
    void this.options.pauses.refresh(snapshot.links.filter((link) => !link.loopback));
    const changes = this.tree.update(
      stateLeaves({
        snapshot,
        routes: forwarding.routes,
        counters: accounting.counters,
        queues: reading.queues,
        queueGroups: qos.stateGroups(reading),
        speeds: this.options.speeds,
        pauses: (name) => this.options.pauses.of(name),
        lastChangeNs: this.lastChangeNs,
        bootTimeNs: this.bootTimeNs,
        protocol: this.options.protocol,
      }),
    );
    if (changes.length > 0) for (const listener of this.listeners) listener(changes);
    if (quiet !== null && quiet === turns.quietSince) this.noteDrift(snapshot, reading);
    this.resumeLinks(snapshot);
  }

  private noteOperStatus(snapshot: KernelSnapshot): void {
    const statuses = new Map(snapshot.links.map((link) => [link.name, operStatus(link)]));
    // What happened before the first look is unknown, and stays so.
    if (this.seen)
      for (const [name, status] of statuses)
        if (this.operStatuses.get(name) !== status) this.lastChangeNs.set(name, snapshot.timeNs);
    for (const name of this.lastChangeNs.keys())
      if (!statuses.has(name)) this.lastChangeNs.delete(name);
    this.operStatuses = statuses;
  }

  /** Changes by hand are told, once each, and left alone: the operator may have had a reason. */
  private noteDrift(snapshot: KernelSnapshot, reading: QosReading): void {
    const { forwarding, interfaces, qos, log } = this.options;
    const parts = [
      forwarding.drift(snapshot),
      interfaces.drift(snapshot),
      qos.drift(reading, this.qosLeaves(), this.qosLinks(snapshot)),
    ];
    const missing = parts.flatMap((part) => part.missing);
    const unexpected = parts.flatMap((part) => part.unexpected);
    const differs = missing.length + unexpected.length > 0;
    const text = differs ? JSON.stringify([missing, unexpected]) : '';
    if (text === this.driftText) return;
    if (differs) log.warn({ missing, unexpected }, 'kernel differs from the configuration');
    else log.info({}, 'kernel agrees with the configuration again');
    this.driftText = text;
  }

  /**
   * The kernel forgets next hops of a link that goes down, and all that a link had when it is made
   * anew under its name: both are made again when the link is back.
   */
  private resumeLinks(snapshot: KernelSnapshot): void {
    const usable = usableLinkNames(snapshot);
    const indexes = new Map(snapshot.links.map((link) => [link.name, link.ifindex]));
    const back = [...usable].filter((name) => !this.usable.has(name));
    const made = [...indexes].flatMap(([name, index]) =>
      this.indexes.get(name) === index ? [] : [name],
    );
    const first = !this.seen;
    this.seen = true;
    this.usable = usable;
    this.indexes = indexes;
    if (first || back.length + made.length === 0) return;
    this.resume(new Set(back), new Set(made), snapshot).catch((error: unknown) => {
      this.options.log.error(
        { error: String(error) },
        'a returned link was not made as configured',
      );
    });
  }

  private resume(
    back: ReadonlySet<string>,
    made: ReadonlySet<string>,
    snapshot: KernelSnapshot,
  ): Promise<void> {
    const { turns, forwarding, interfaces, qos } = this.options;
    return turns.run(async () => {
      const reason = `link up: ${[...back, ...made].join(', ')}`;
      const links = this.qosLinks(snapshot).filter((link) => made.has(link.name));
      await interfaces.converge(reason, made);
      const leaves = this.qosLeaves();
      if (links.length > 0 && leaves.size > 0) await qos.converge(leaves, links, reason);
      const prefixes = new Set(
        forwarding.routes
          .filter((route) => route.nextHops.some((hop) => back.has(hop.interface)))
          .map((route) => route.prefix),
      );
      if (prefixes.size > 0) await forwarding.converge(prefixes, reason);
    });
  }
}

/** The counting table is one of IPv4; routes of IPv6 have no counters. */
const countedPrefixes = (routes: readonly StaticRoute[]): ReadonlySet<string> =>
  new Set(routes.map((route) => route.prefix).filter((prefix) => !isIpv6Prefix(prefix)));

/** `btime` of /proc/stat: seconds since the epoch at which the kernel started. */
function readBootTimeNs(): bigint {
  const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  if (seconds === undefined) throw new Error('/proc/stat: no btime line');
  return BigInt(seconds) * 1_000_000_000n;
}
