import { isTouching } from '@weir/core/change';
import { sameLeaf, type DeviceId, type LeafDiff, type RecordBody } from '@weir/core/model';
import { leavesOf, Ledger, valueBefore, type TrackedChange } from './ledger';
import type { OracleContext, OracleFactory } from './oracle';

const HOUR_MS = 3_600_000;

/**
 * I6, at the moment at which a change of the loop begins: nothing is frozen, the change has few
 * enough devices, and with the others that the loop has open it stays under the limits on open
 * changes, devices of a layer (one is always allowed) and starts in an hour. No leaf of it was
 * settled by another automatic change within the dwell time, and none is given back the value that
 * an automatic change replaced within the reversal window, unless by an explicit undo. Times are
 * those of the journal, moved along where it says that the clock was set, and those of the run: what
 * is too soon by one of them only is the doing of a clock that nobody could know to be wrong.
 */
export const startsWithinLimits: OracleFactory = (context) => {
  const ledger = new Ledger();
  let settled: Settled[] = [];
  let startsMs: number[] = [];
  let frozen = false;
  return {
    invariant: 'I6',
    see(event, report) {
      if (event.kind !== 'record') return;
      const { record } = event;
      const now: Moment = { wallMs: record.atMs, runMs: event.atMs };
      // A freeze binds what begins after it, not what the same record list began before it.
      const wasFrozen = frozen;
      const body = ledger.take(record, event.atMs);
      ({ frozen } = ledger);
      if (body?.kind === 'clock-stepped') {
        settled = settled.map((item) => ({ ...item, wallMs: item.wallMs + body.byMs }));
        startsMs = startsMs.map((atMs) => atMs + body.byMs);
      }
      if (body?.kind !== 'change-transition') return;
      const tracked = ledger.changes.get(body.id);
      if (tracked === undefined) return;
      if (isSettled(body, tracked)) settled.push(settlementOf(tracked, now));
      if (body.to !== 'applying') return;
      if (wasFrozen) report(`${body.id} begins although all changes are frozen`);
      if (tracked.change.origin !== 'rule') return;
      startsMs.push(record.atMs);
      for (const what of [
        tooLarge(tracked, ledger, context),
        overBudget(startsMs, record.atMs, context),
        tooSoon(tracked, settled, now, context),
        broughtBack(tracked, settled, now, context),
      ])
        if (what !== null) report(`${body.id} ${what}`);
    },
    end: () => undefined,
  };
};

/** Wall time of the record, and time of the run. */
interface Moment {
  readonly wallMs: number;
  readonly runMs: number;
}

interface Settled extends Moment {
  readonly tracked: TrackedChange;
  readonly kept: boolean;
}

/** Whether less than so much has gone by since then, by whichever clock says more. */
const isWithin = (since: Moment, now: Moment, ms: number): boolean =>
  now.runMs - since.runMs < ms && now.wallMs - since.wallMs < ms;

/** Kept, or measured and taken back; one that was stopped before that has shown nothing. */
const isSettled = (
  { to }: Extract<RecordBody, { kind: 'change-transition' }>,
  { verdict }: TrackedChange,
): boolean => to === 'confirmed' || (to === 'rolled-back' && verdict !== null);

const settlementOf = (tracked: TrackedChange, now: Moment): Settled => ({
  ...now,
  tracked,
  kept: tracked.state === 'confirmed',
});

function tooLarge(
  tracked: TrackedChange,
  { changes }: Ledger,
  { policy: { limits }, topology }: OracleContext,
): string | null {
  const own = Object.keys(tracked.change.devices);
  if (own.length > limits.maxDevicesPerChange)
    return `writes ${own.length} devices, the limit is ${limits.maxDevicesPerChange}`;
  const open = [...changes.values()].filter(
    ({ change, state }) => change.origin === 'rule' && isTouching(state),
  );
  if (open.length > limits.maxOpenChanges)
    return `begins while ${open.length - 1} others of the loop are open, the limit is ${limits.maxOpenChanges}`;
  const unconfirmed = new Set(open.flatMap(({ change }) => Object.keys(change.devices)));
  const layers = new Map<string, { size: number; touched: number }>();
  for (const { id, role } of topology.devices.values()) {
    const layer = layers.get(role) ?? { size: 0, touched: 0 };
    layer.size++;
    if (unconfirmed.has(id)) layer.touched++;
    layers.set(role, layer);
  }
  for (const [role, { size, touched }] of layers)
    if (touched > Math.max(1, limits.maxLayerShare * size))
      return `brings the unconfirmed devices of layer ${role} to ${touched} of ${size}`;
  return null;
}

function overBudget(
  startsMs: readonly number[],
  atMs: number,
  { policy: { limits } }: OracleContext,
): string | null {
  const recent = startsMs.filter((startMs) => atMs - startMs < HOUR_MS && startMs <= atMs).length;
  return recent <= limits.maxChangesPerHour
    ? null
    : `is number ${recent} within an hour, the budget is ${limits.maxChangesPerHour}`;
}

function tooSoon(
  tracked: TrackedChange,
  settled: readonly Settled[],
  now: Moment,
  { policy }: OracleContext,
): string | null {
  const { dwellMs } = policy.limits;
  // Going back is always allowed.
  if (tracked.change.action.type === 'undo') return null;
  for (const other of settled)
    if (isOfLoop(other) && isWithin(other, now, dwellMs))
      for (const [device, leaf] of allLeaves(tracked))
        if (leavesOf(other.tracked, device).some(({ path }) => path === leaf.path))
          return `writes ${device}:${leaf.path} ${Math.round(now.runMs - other.runMs)} ms after ${other.tracked.change.id} settled it`;
  return null;
}

function broughtBack(
  tracked: TrackedChange,
  settled: readonly Settled[],
  now: Moment,
  { policy }: OracleContext,
): string | null {
  if (tracked.change.action.type === 'undo') return null;
  for (const other of settled) {
    const inWindow = isWithin(other, now, policy.limits.reversalWindowMs);
    if (!other.kept || !isOfLoop(other) || !inWindow) continue;
    const back = allLeaves(tracked).every(([device, leaf]) =>
      leavesOf(other.tracked, device).some(
        (old) =>
          old.path === leaf.path &&
          sameLeaf(valueBefore(other.tracked, device, old), leaf.after) &&
          sameLeaf(old.after, leaf.before),
      ),
    );
    if (back) return `brings back what ${other.tracked.change.id} replaced`;
  }
  return null;
}

const isOfLoop = ({ tracked: { change } }: Settled): boolean => change.origin === 'rule';

const allLeaves = ({ change }: TrackedChange): readonly (readonly [DeviceId, LeafDiff])[] =>
  change.plan.diffs.flatMap(({ device, leaves }) => leaves.map((leaf) => [device, leaf] as const));
