import type { gnmi } from '@weir/proto-gen';
import type { LeafDiff, LeafMap, LeafValue } from '@weir/gnmi';
import type { StateChange, StateGroup, StateValue, TargetBackend } from './backend';

/** Models of the OpenConfig subset in libs/gnmi. */
export const OPENCONFIG_MODELS: readonly gnmi.ModelData[] = (
  [
    ['openconfig-interfaces', '3.8.1'],
    ['openconfig-if-ethernet', '2.18.0'],
    ['openconfig-qos', '2.2.0'],
    ['openconfig-network-instance', '4.7.0'],
    ['openconfig-local-routing', '4.1.0'],
    ['openconfig-aft', '3.4.0'],
  ] as const
).map(([name, version]) => ({ name, organization: 'OpenConfig working group', version }));

/** A device without a data plane: keeps what it is given. For tests of clients and of the target. */
export class MemoryBackend implements TargetBackend {
  readonly models = OPENCONFIG_MODELS;
  stateRevision = 0;
  /** Every applied change, in order. */
  readonly applied: (readonly LeafDiff[])[] = [];
  /** Set to refuse the next changes, as a device does that has no room for them. */
  refuseWith: Error | null = null;
  private readonly values = new Map<string, Map<string, StateValue | null>>();
  private groups: readonly StateGroup[] = [];
  private readonly listeners = new Set<(changes: readonly StateChange[]) => void>();

  constructor(private readonly startup: Readonly<Record<string, LeafValue>> = {}) {}

  initialConfig(): LeafMap {
    return new Map(Object.entries(this.startup));
  }

  applyConfig(_next: LeafMap, changes: readonly LeafDiff[]): Promise<void> {
    if (this.refuseWith !== null) return Promise.reject(this.refuseWith);
    this.applied.push(changes);
    return Promise.resolve();
  }

  stateGroups(): readonly StateGroup[] {
    return this.groups;
  }

  stateTimeNs(): bigint {
    return BigInt(Date.now()) * 1_000_000n;
  }

  onStateChange(listener: (changes: readonly StateChange[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sets state leaves below an entry and tells ON_CHANGE listeners; null removes a leaf. */
  setState(entry: string, leaves: Readonly<Record<string, StateValue | null>>): void {
    let values = this.values.get(entry);
    const isNew = values === undefined;
    values ??= new Map();
    this.values.set(entry, values);
    const before = values.size;
    for (const [leaf, value] of Object.entries(leaves)) values.set(leaf, value);
    if (isNew || values.size !== before) this.regroup();
    const changes = Object.entries(leaves).map(([leaf, value]) => ({
      path: `${entry}/${leaf}`,
      value,
    }));
    for (const listener of this.listeners) listener(changes);
  }

  private regroup(): void {
    this.groups = [...this.values].map(([path, values]) => {
      const leaves = [...values.keys()];
      return { path, leaves, read: (index) => values.get(leaves[index] as string) ?? null };
    });
    this.stateRevision += 1;
  }
}
