import { isTerminal } from '@weir/core/change';
import { sameLeaf, type ChangeId, type DeviceId, type LeafValue } from '@weir/core/model';
import type { FinalView } from '../timeline';
import { DeviceTruth, shown, type ChangedLeaf, type Effect } from './device-truth';
import { leavesOf, Ledger, valueBefore, type TrackedChange } from './ledger';
import type { OracleContext, OracleFactory } from './oracle';

type Report = (what: string) => void;
type Side = 'before' | 'after' | 'mixed';
/** A leaf of which a person and a change wanted different things at the same time: either may win. */
const EITHER = Symbol('either');
type Wanted = LeafValue | null | typeof EITHER;

/** How much later than its deadline a device may be back, in time-outs of an operation. */
const GRACE_TIMEOUTS = 4;

/**
 * I5: whole images only. A write of ours leaves the touched leaves of a device all as before or all
 * as planned. A device with commit-confirmed is back by itself at the deadline, with some grace,
 * when nobody decided to keep the change. A change that ends confirmed is on all its devices, one
 * that ends in any other way on none, and so it is at the end of the run: every leaf that a change
 * touched has the value of the last change that was kept, or of the person who set it since. Leaves
 * that a person changed while a change was open may be either's. A device that boots in the middle
 * may have forgotten its timer, and waits for the controller. One that could not be brought back must
 * be fenced and still not be mixed.
 */
export const wholeImages: OracleFactory = (context) => new WholeImages(context);

class WholeImages {
  readonly invariant = 'I5';
  private readonly ledger = new Ledger();
  private readonly truth: DeviceTruth;
  /** What each leaf must be that was touched by somebody; others are as they were at the beginning. */
  private readonly wanted = new Map<DeviceId, Map<string, Wanted>>();
  /** When somebody else gave a leaf its value last. */
  private readonly foreign = new Map<string, number>();
  private readonly bootedMs = new Map<DeviceId, number>();
  private due: { readonly atMs: number; readonly id: ChangeId; readonly device: DeviceId }[] = [];

  constructor(private readonly context: OracleContext) {
    this.truth = new DeviceTruth(context.images);
  }

  see(event: Parameters<ReturnType<OracleFactory>['see']>[0], report: Report): void {
    this.checkDue(event.atMs, report);
    if (event.kind === 'effect') this.seeEffect(event, report);
    if (event.kind !== 'record') return;
    const body = this.ledger.take(event.record, event.atMs);
    if (body?.kind === 'device-prepared') {
      const prepared = this.ledger.changes.get(body.id)?.prepared.get(body.device);
      const graceMs = GRACE_TIMEOUTS * this.context.operationTimeoutMs;
      if (prepared?.commitConfirmed === true)
        this.due.push({ atMs: prepared.deadlineMs + graceMs, id: body.id, device: body.device });
    }
    if (body?.kind !== 'change-transition' || !isTerminal(body.to)) return;
    const tracked = this.ledger.changes.get(body.id);
    if (tracked !== undefined) this.checkEnd(tracked, report);
  }

  end(final: FinalView, report: Report): void {
    this.checkDue(final.atMs, report);
    for (const [device, leaves] of this.wanted)
      for (const [path, value] of leaves) {
        const holds = final.images.get(device)?.get(path) ?? null;
        if (value !== EITHER && !sameLeaf(holds, value))
          report(
            `at the end ${device}:${path} is ${shown(holds)}, the records say ${shown(value)}`,
          );
      }
    for (const tracked of this.ledger.changes.values())
      if (tracked.state === 'stuck')
        for (const device of tracked.prepared.keys())
          if (this.sideOf(tracked, device) === 'mixed' && !this.isRewritten(tracked, device))
            report(`at the end ${device} is neither before nor after ${tracked.change.id}`);
  }

  private seeEffect(effect: Effect, report: Report): void {
    const changed = this.truth.take(effect);
    // What a person committed, the timer of the device may take back.
    if (effect.changeId === null) this.believe(effect, changed);
    if (effect.by === 'reboot') this.bootedMs.set(effect.device, effect.atMs);
    const tracked = effect.changeId === null ? undefined : this.ledger.changes.get(effect.changeId);
    if (tracked === undefined || effect.by !== 'set') return;
    if (this.sideOf(tracked, effect.device) === 'mixed')
      report(`a Set of ${tracked.change.id} left ${effect.device} neither before nor after it`);
  }

  private believe({ device, atMs }: Effect, changed: readonly ChangedLeaf[]): void {
    for (const { path, after } of changed) {
      this.foreign.set(`${device}${path}`, atMs);
      this.wantedOf(device).set(path, after);
    }
  }

  private wantedOf(device: DeviceId): Map<string, Wanted> {
    const leaves = this.wanted.get(device) ?? new Map<string, Wanted>();
    this.wanted.set(device, leaves);
    return leaves;
  }

  private checkEnd(tracked: TrackedChange, report: Report): void {
    const { change, state } = tracked;
    const kept = state === 'confirmed';
    for (const device of tracked.prepared.keys()) {
      if (state === 'stuck' && this.ledger.fenced.has(device)) {
        for (const { path } of leavesOf(tracked, device)) this.wantedOf(device).set(path, EITHER);
        continue;
      }
      const side = this.sideOf(tracked, device);
      if (side !== 'unjudged' && side !== (kept ? 'after' : 'before'))
        report(`${change.id} is ${state}, but ${device} holds ${sideText(side)}`);
      this.settle(tracked, device, kept);
    }
  }

  /** What the leaves must be from now on: what is not kept leaves them as they were wanted before. */
  private settle(tracked: TrackedChange, device: DeviceId, kept: boolean): void {
    const leaves = this.wantedOf(device);
    for (const { path, after } of leavesOf(tracked, device)) {
      if (this.isForeign(tracked, device, path)) leaves.set(path, EITHER);
      else if (kept) leaves.set(path, after);
      else if (!leaves.has(path)) leaves.set(path, this.atFirst(device, path));
    }
  }

  private atFirst(device: DeviceId, path: string): LeafValue | null {
    return this.context.images.get(device)?.get(path) ?? null;
  }

  private checkDue(atMs: number, report: Report): void {
    if (!this.due.some((item) => item.atMs < atMs)) return;
    for (const item of this.due) {
      const tracked = this.ledger.changes.get(item.id);
      if (item.atMs >= atMs || tracked === undefined || tracked.reached.has('confirming')) continue;
      const side = this.sideOf(tracked, item.device);
      if (side === 'before' || side === 'unjudged') continue;
      if (this.isRewritten(tracked, item.device)) continue;
      if ((this.bootedMs.get(item.device) ?? -Infinity) >= tracked.proposedMs) continue;
      report(
        `${item.id} was not kept and its deadline has passed, but ${item.device} holds ${sideText(side)}`,
      );
    }
    this.due = this.due.filter((item) => item.atMs >= atMs);
  }

  /** Whether another change has written the device since. */
  private isRewritten(tracked: TrackedChange, device: DeviceId): boolean {
    return leavesOf(tracked, device).some(({ path }) => {
      const writer = this.truth.writer(device, path);
      return writer !== null && writer.changeId !== null && writer.changeId !== tracked.change.id;
    });
  }

  private sideOf(tracked: TrackedChange, device: DeviceId): Side | 'unjudged' {
    const leaves = leavesOf(tracked, device).filter(
      ({ path }) => !this.isForeign(tracked, device, path),
    );
    if (leaves.length === 0) return 'unjudged';
    const now = (path: string): LeafValue | null => this.truth.value(device, path);
    if (leaves.every((leaf) => sameLeaf(now(leaf.path), leaf.after))) return 'after';
    const before = (leaf: (typeof leaves)[number]): boolean =>
      sameLeaf(now(leaf.path), valueBefore(tracked, device, leaf));
    return leaves.every(before) ? 'before' : 'mixed';
  }

  private isForeign({ proposedMs }: TrackedChange, device: DeviceId, path: string): boolean {
    return (this.foreign.get(`${device}${path}`) ?? -Infinity) >= proposedMs;
  }
}

const sideText = (side: Side): string =>
  ({ before: 'the old', after: 'the new', mixed: 'a mix of old and new' })[side] + ' configuration';
