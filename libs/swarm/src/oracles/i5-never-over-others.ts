import { sameLeaf, type LeafDiff } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';
import { DeviceTruth, shown } from './device-truth';
import { leavesOf, Ledger, type TrackedChange } from './ledger';
import type { OracleFactory } from './oracle';

type Sent = Extract<TimelineEvent, { kind: 'sent' }>;

/** Between the reading of a device and the Set, in time-outs: what changes in it nobody can see. */
const UNSEEN_TIMEOUTS = 2;

/**
 * I5, of what others wrote: no Set towards the planned values leaves over a leaf that has held
 * something else than the plan was made from, or than it writes, for longer than it takes to read it.
 * What a person, or a timer, has put there would be lost, and could not be brought back.
 */
export const neverOverOthers: OracleFactory = ({ images, operationTimeoutMs }) => {
  const ledger = new Ledger();
  const truth = new DeviceTruth(images);
  return {
    invariant: 'I5',
    see(event, report) {
      if (event.kind === 'record') ledger.take(event.record, event.atMs);
      if (event.kind === 'effect') truth.take(event);
      if (event.kind !== 'sent' || event.call !== 'set' || event.changeId === null) return;
      const tracked = ledger.changes.get(event.changeId);
      if (tracked === undefined || !isForward(event, tracked)) return;
      const unseenMs = UNSEEN_TIMEOUTS * operationTimeoutMs;
      for (const leaf of leavesOf(tracked, event.device)) {
        const holds = truth.value(event.device, leaf.path);
        if (sameLeaf(holds, leaf.before) || sameLeaf(holds, leaf.after)) continue;
        const sinceMs = truth.writer(event.device, leaf.path)?.atMs ?? 0;
        if (event.atMs - sinceMs <= unseenMs) continue;
        report(
          `${event.changeId} is written over ${event.device}:${leaf.path}, which holds ${shown(holds)}, not ${shown(leaf.before)}`,
        );
      }
    },
    end: () => undefined,
  };
};

/** Whether it writes what was planned, and does not take it back. */
const isForward = ({ device, leaves }: Sent, tracked: TrackedChange): boolean => {
  const planned = new Map(leavesOf(tracked, device).map((leaf) => [leaf.path, leaf.after]));
  return leaves.every(({ path, after }: LeafDiff) => sameLeaf(planned.get(path) ?? null, after));
};
