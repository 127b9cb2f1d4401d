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
import type { QueueReader } from './kernel/queues';
import { usableLinkNames, type Forwarding, type Log } from './routes/forwarding';
import { routesFromLeaves } from './routes/from-leaves';
import { operStatus, stateLeaves } from './state/leaves';
import { QueueDepths } from './state/queue-depths';
import { StateTree } from './state/state-tree';
import type { PersistedState, StateFile } from './store/state-file';

export interface LinuxBackendOptions {
  readonly kernel: Kernel;
  readonly forwarding: Forwarding;
  readonly accounting: PrefixAccounting;
  readonly queues: QueueReader;
  readonly capabilities: KernelCapabilities;
  readonly stateFile: StateFile;
  readonly persisted: PersistedState;
  readonly protocol: number;
  readonly log: Log;
}

/** Reads closer together than this share one snapshot. */
const SNAPSHOT_TTL_NS = 50_000_000n;

/** The Linux kernel as a gNMI target's device: static routes in, links, routes and weights out. */
export class LinuxBackend implements TargetBackend, CommitStore {
  readonly models: readonly gnmi.ModelData[];
  private persisted: PersistedState;
  private readonly tree = new StateTree();
  private readonly depths = new QueueDepths();
  private readonly listeners = new Set<(changes: readonly StateChange[]) => void>();
  private readonly lastChangeNs = new Map<string, bigint>();
  private operStatuses: ReadonlyMap<string, string> = new Map();
  private usable: ReadonlySet<string> = new Set();
  private driftText = '';
  private seen = false;
  private takenNs = 0n;
  private refreshing: Promise<void> | null = null;
  private readonly bootTimeNs = readBootTimeNs();

  constructor(private readonly options: LinuxBackendOptions) {
    this.persisted = options.persisted;
    this.models = modelsOf(options.capabilities);
  }

  initialConfig(): LeafMap {
    return new Map(this.persisted.config);
  }

  async applyConfig(next: LeafMap, _changes: readonly LeafDiff[]): Promise<void> {
    const routes = routesFromLeaves(next);
    const { nexthopGroups } = this.options.capabilities;
    if (!nexthopGroups.available)
      throw unimplemented(`static routes need nexthop objects: ${nexthopGroups.reason}`);
    await this.options.forwarding.change(routes, async (ids) => {
      const state = { ...this.persisted, config: [...next], ids };
      await this.options.stateFile.save(state);
      this.persisted = state;
    });
    await this.refreshState(true);
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
    const { kernel, forwarding, accounting, queues: reader } = this.options;
    const quiet = forwarding.quietSince;
    const [snapshot, queues] = await Promise.all([
      kernel.read(),
      reader.read(),
      accounting.update(new Set(forwarding.routes.map((route) => route.prefix))),
    ]);
    this.depths.add(queues);
    this.takenNs = snapshot.timeNs;
    this.noteOperStatus(snapshot);
    const changes = this.tree.update(
      stateLeaves({
        snapshot,
        routes: forwarding.routes,
        counters: accounting.counters,
        queues,
        depths: this.depths,
        lastChangeNs: this.lastChangeNs,
        bootTimeNs: this.bootTimeNs,
        protocol: this.options.protocol,
      }),
    );
    if (changes.length > 0) for (const listener of this.listeners) listener(changes);
    if (quiet !== null && quiet === forwarding.quietSince) this.noteDrift(snapshot);
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
  private noteDrift(snapshot: KernelSnapshot): void {
    const drift = this.options.forwarding.drift(snapshot);
    const text = JSON.stringify(drift);
    if (text === this.driftText) return;
    const differs = drift.missing.length + drift.unexpected.length > 0;
    if (differs) this.options.log.warn({ ...drift }, 'kernel differs from the configuration');
    else if (this.driftText !== '')
      this.options.log.info({}, 'kernel agrees with the configuration again');
    this.driftText = text;
  }

  /** The kernel forgets next hops of a link that goes down: they are made again when it is back. */
  private resumeLinks(snapshot: KernelSnapshot): void {
    const usable = usableLinkNames(snapshot);
    const back = [...usable].filter((name) => !this.usable.has(name));
    const first = !this.seen;
    this.seen = true;
    this.usable = usable;
    if (first || back.length === 0) return;
    const prefixes = new Set(
      this.options.forwarding.routes
        .filter((route) => route.nextHops.some((hop) => back.includes(hop.interface)))
        .map((route) => route.prefix),
    );
    if (prefixes.size === 0) return;
    this.options.forwarding.converge(prefixes, `link up: ${back.join(', ')}`).catch((error) => {
      this.options.log.error({ error: String(error) }, 'routes of a returned link not restored');
    });
  }
}

function modelsOf(capabilities: KernelCapabilities): readonly gnmi.ModelData[] {
  const model = (name: string, version: string): gnmi.ModelData => ({
    name,
    organization: 'OpenConfig working group',
    version,
  });
  const always = [
    model('openconfig-interfaces', '3.8.1'),
    model('openconfig-network-instance', '4.7.0'),
    model('openconfig-aft', '3.4.0'),
  ];
  return capabilities.nexthopGroups.available
    ? [...always, model('openconfig-local-routing', '4.1.0')]
    : always;
}

/** `btime` of /proc/stat: seconds since the epoch at which the kernel started. */
function readBootTimeNs(): bigint {
  const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  if (seconds === undefined) throw new Error('/proc/stat: no btime line');
  return BigInt(seconds) * 1_000_000_000n;
}
