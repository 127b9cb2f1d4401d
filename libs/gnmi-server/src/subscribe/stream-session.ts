import { gnmi } from '@weir/proto-gen';
import { leafType, parsedPath, type PathPattern } from '@weir/gnmi';
import type { StateChange, TargetBackend, TargetBehaviour, TargetClock } from '../backend';
import type { Configuration } from '../configuration';
import type { DataTree } from '../data-tree';
import { followChanges, PendingChanges } from './change-feed';
import { NotificationEncoder, pathField, SYNC_RESPONSE } from './notification';
import type { Outbox } from './outbox';
import type { SubscribePlan, SubscriptionItem } from './request';
import { isRestless, Selection, type SelectedGroup, type SelectedLeaf } from './selection';
import { startTicker } from './ticker';

const { SubscriptionMode } = gnmi;

/** How often TARGET_DEFINED samples what changes all the time. */
const TARGET_DEFINED_MS = 1_000;
/** Withheld changes are looked at again after this time. */
const WITHHELD_RETRY_MS = 100;
const MAX_CHANGES_PER_MESSAGE = 500;

export interface SessionDeps {
  readonly tree: DataTree;
  readonly configuration: Configuration;
  readonly backend: TargetBackend;
  readonly behaviour: TargetBehaviour;
  readonly clock: TargetClock;
  readonly onError: (message: string, error: unknown) => void;
}

interface SampledItem {
  readonly selection: Selection;
  readonly intervalMs: number;
  readonly suppressRedundant: boolean;
  readonly heartbeatMs: number;
}

interface ChangedItem {
  readonly pattern: PathPattern;
  readonly wants: (path: string) => boolean;
  readonly selection: Selection;
  readonly heartbeatMs: number;
}

const anyLeaf = (): boolean => true;
const isSettled = (path: string): boolean => !isRestless(path);

/** One Subscribe stream after its request: what it sends, in which mode, until it is closed. */
export class SubscribeSession {
  private readonly encoder: NotificationEncoder;
  private readonly sampled: SampledItem[] = [];
  private readonly changed: ChangedItem[] = [];
  /** All that the subscription covers, for the first values. */
  private readonly all: Selection[] = [];
  private readonly pending = new PendingChanges();
  private readonly stops: (() => void)[] = [];
  private flushing = false;
  private live = false;
  private closed = false;

  constructor(
    private readonly plan: SubscribePlan,
    private readonly outbox: Outbox,
    private readonly deps: SessionDeps,
  ) {
    this.encoder = new NotificationEncoder(plan.encoding);
    for (const item of plan.items) {
      if (plan.mode === gnmi.SubscriptionList_Mode.STREAM) this.addStreamed(item);
      else this.all.push(this.select(item, anyLeaf));
    }
    // The same selections as later: what is sent first counts for suppress_redundant.
    for (const { selection } of [...this.sampled, ...this.changed]) this.all.push(selection);
  }

  /** STREAM: initial values, sync, then samples and changes until closed. */
  async stream(): Promise<void> {
    if (this.changed.length > 0) {
      const { configuration, backend } = this.deps;
      this.stops.push(followChanges(configuration, backend, (list) => this.onChanges(list)));
    }
    await this.snapshot(this.plan.updatesOnly);
    this.live = true;
    await this.flush();
    for (const intervalMs of new Set(this.sampled.map((item) => item.intervalMs)))
      this.every(intervalMs, () => this.sample(intervalMs));
    for (const item of this.changed)
      if (item.heartbeatMs > 0)
        this.every(item.heartbeatMs, () => this.send(item.selection, () => true));
  }

  /** ONCE, and each round of POLL: all values, then sync. */
  async snapshot(updatesOnly: boolean): Promise<void> {
    await this.deps.tree.refresh();
    if (!updatesOnly) for (const selection of this.all) await this.send(selection, () => true);
    if (!this.closed) await this.outbox.send(SYNC_RESPONSE);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stops.splice(0)) stop();
    this.outbox.close();
  }

  private addStreamed(item: SubscriptionItem): void {
    const { pattern, heartbeatMs, suppressRedundant } = item;
    if (item.mode !== SubscriptionMode.ON_CHANGE) {
      const byTarget = item.mode === SubscriptionMode.TARGET_DEFINED;
      this.sampled.push({
        selection: this.select(item, byTarget ? isRestless : anyLeaf),
        intervalMs: byTarget ? TARGET_DEFINED_MS : item.intervalMs,
        suppressRedundant,
        heartbeatMs,
      });
    }
    if (item.mode !== SubscriptionMode.SAMPLE) {
      const wants = item.mode === SubscriptionMode.ON_CHANGE ? anyLeaf : isSettled;
      this.changed.push({ pattern, wants, heartbeatMs, selection: this.select(item, wants) });
    }
  }

  private select(item: SubscriptionItem, wants: (path: string) => boolean): Selection {
    return new Selection(this.deps.tree, item.pattern, wants, this.plan.origin, this.plan.target);
  }

  private every(intervalMs: number, task: () => Promise<void>): void {
    if (this.closed) return;
    const report = (error: unknown): void => this.deps.onError('telemetry sample failed', error);
    this.stops.push(startTicker(this.deps.clock, intervalMs, task, report));
  }

  private async sample(intervalMs: number): Promise<void> {
    const { behaviour } = this.deps;
    for (let left = behaviour.sampleRepeats?.() ?? 1; left > 0 && !this.closed; left--) {
      // A client that has not read the last sample yet gets the next one, not both.
      if (this.outbox.full || behaviour.maySample?.() === false) return;
      await this.sampleOnce(intervalMs);
    }
  }

  private async sampleOnce(intervalMs: number): Promise<void> {
    await this.deps.tree.refresh();
    const nowMs = this.deps.clock.wallMs();
    for (const item of this.sampled) {
      if (item.intervalMs !== intervalMs) continue;
      await this.send(item.selection, (leaf, value) => {
        if (!item.suppressRedundant || leaf.sent !== value) return true;
        return item.heartbeatMs > 0 && nowMs - leaf.sentMs >= item.heartbeatMs;
      });
    }
  }

  private async send(
    selection: Selection,
    isDue: (leaf: SelectedLeaf, value: SelectedLeaf['sent']) => boolean,
  ): Promise<void> {
    const timeNs = this.deps.tree.timeNs();
    const nowMs = this.deps.clock.wallMs();
    for (const group of selection.groups()) {
      if (this.closed) return;
      const message = this.encodeGroup(group, timeNs, nowMs, isDue);
      const full = message === null ? null : this.outbox.send(message);
      if (full !== null) await full;
    }
  }

  private encodeGroup(
    { group, prefix, leaves }: SelectedGroup,
    timeNs: bigint,
    nowMs: number,
    isDue: (leaf: SelectedLeaf, value: SelectedLeaf['sent']) => boolean,
  ): Buffer | null {
    this.encoder.begin(timeNs, prefix);
    for (const leaf of leaves) {
      const value = group.read(leaf.index);
      if (value === null || !isDue(leaf, value)) continue;
      this.encoder.update(leaf.path, value, leaf.leaf.type);
      leaf.sent = value;
      leaf.sentMs = nowMs;
    }
    return this.encoder.size === 0 ? null : this.encoder.end();
  }

  private onChanges(changes: readonly StateChange[]): void {
    this.pending.add(changes, (path) =>
      this.changed.some((item) => item.wants(path) && item.pattern.matches(path)),
    );
    this.flush().catch((error: unknown) => this.deps.onError('sending changes failed', error));
  }

  /** Sends what waits; only one run at a time, and none before the initial values are out. */
  private async flush(): Promise<void> {
    if (this.flushing || !this.live) return;
    this.flushing = true;
    try {
      for (let taken = this.takePending(); taken.length > 0; taken = this.takePending())
        for (let at = 0; at < taken.length && !this.closed; at += MAX_CHANGES_PER_MESSAGE)
          await this.outbox.send(this.encodeChanges(taken.slice(at, at + MAX_CHANGES_PER_MESSAGE)));
    } finally {
      this.flushing = false;
    }
  }

  private takePending(): ReturnType<PendingChanges['take']> {
    if (this.closed) return [];
    if (this.deps.behaviour.maySample?.() !== false) return this.pending.take();
    this.stops.push(this.deps.clock.after(WITHHELD_RETRY_MS, () => this.onChanges([])));
    return [];
  }

  private encodeChanges(changes: ReturnType<PendingChanges['take']>): Buffer {
    const prefix = pathField('prefix', [], this.plan.origin, this.plan.target);
    this.encoder.begin(this.deps.tree.timeNs(), prefix);
    for (const { path, value, duplicates } of changes) {
      const { elems, schemaPath } = parsedPath(path);
      if (value === null) this.encoder.remove(pathField('delete', elems));
      else this.encoder.update(pathField('update', elems), value, leafType(schemaPath), duplicates);
    }
    return this.encoder.end();
  }
}
