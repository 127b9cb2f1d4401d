import type { LeafDiff, LeafMap } from '@weir/gnmi';
import type { StateChange, StateGroup, TargetBackend } from '@weir/gnmi-server';
import {
  connectedPrefixes,
  forwardingGroups,
  interfacePath,
  portGroups,
  systemGroup,
  type SwitchImage,
} from '@weir/openconfig-switch';
import type { World } from '@weir/sim';

/** Time of the model as device time: counters and time stamps move together. */
export interface FabricTime {
  /** ns since the epoch of the last step. */
  nowNs(): bigint;
}

const MODELS = [
  ['openconfig-interfaces', '3.8.1'],
  ['openconfig-qos', '2.2.0'],
  ['openconfig-network-instance', '4.7.0'],
  ['openconfig-aft', '3.4.0'],
  ['openconfig-lldp', '1.1.0'],
  ['openconfig-system', '2.3.0'],
] as const;

/** One simulated switch as the device behind a gNMI target. */
export class SwitchBackend implements TargetBackend {
  readonly models = MODELS.map(([name, version]) => ({
    name,
    organization: 'OpenConfig working group',
    version,
  }));
  readonly device: string;
  stateRevision = 0;
  private bootTimeNs: bigint;
  private lastConfigurationNs: bigint;
  private groups: readonly StateGroup[] = [];
  private prefixes = '';
  private readonly fixed: readonly StateGroup[];
  private readonly listeners = new Set<(changes: readonly StateChange[]) => void>();

  constructor(
    private readonly world: World,
    /** Holds the running configuration, so that it survives a restart of the target. */
    private readonly image: SwitchImage,
    private readonly time: FabricTime,
  ) {
    this.device = image.device;
    this.bootTimeNs = time.nowNs();
    this.lastConfigurationNs = this.bootTimeNs;
    this.fixed = [
      systemGroup(
        () => this.bootTimeNs,
        () => this.lastConfigurationNs,
        () => time.nowNs(),
      ),
      ...portGroups(world, image.device),
    ];
    this.take(image.leaves);
  }

  initialConfig(): LeafMap {
    return this.image.leaves;
  }

  async applyConfig(next: LeafMap, _changes: readonly LeafDiff[]): Promise<void> {
    this.take(next);
    this.lastConfigurationNs = this.time.nowNs();
  }

  stateGroups(): readonly StateGroup[] {
    return this.groups;
  }

  stateTimeNs(): bigint {
    return this.time.nowNs();
  }

  onStateChange(listener: (changes: readonly StateChange[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  rebooted(): void {
    // Two starts within one step of the model are two starts all the same.
    const nowNs = this.time.nowNs();
    this.bootTimeNs = nowNs > this.bootTimeNs ? nowNs : this.bootTimeNs + 1n;
    this.tell([{ path: '/system/state/boot-time', value: this.bootTimeNs }]);
  }

  /** Tells ON_CHANGE subscribers that a port has changed its state. */
  portChanged(name: string): void {
    const value = this.world.portUp(this.device, name) ? 'UP' : 'DOWN';
    this.tell([{ path: `${interfacePath(name)}/state/oper-status`, value }]);
  }

  private tell(changes: readonly StateChange[]): void {
    for (const listener of this.listeners) listener(changes);
  }

  /** Hands a configuration to the data plane; refused before anything has changed. */
  private take(config: LeafMap): void {
    const violation = this.image.apply(config);
    if (violation !== null) throw violation;
    const { settings } = this.image;
    this.world.configure(this.device, settings);
    const prefixes = [...settings.routes.keys()].sort().join(' ');
    if (prefixes === this.prefixes && this.groups.length > 0) return;
    this.prefixes = prefixes;
    const origins = new Map<string, string>();
    for (const prefix of connectedPrefixes(this.world.spec, this.device))
      origins.set(prefix, 'DIRECTLY_CONNECTED');
    for (const prefix of settings.routes.keys()) {
      if (!origins.has(prefix)) origins.set(prefix, 'STATIC');
    }
    this.groups = [...this.fixed, ...forwardingGroups(this.world, this.device, origins)];
    this.stateRevision += 1;
  }
}
