import { isTouching } from '@weir/core/change';
import type { TimelineEvent } from '../timeline';
import { Ledger } from './ledger';
import type { OracleFactory } from './oracle';

/** Events that wait for a pass: ticks never pile up, so reports and commands only. */
const MAX_WAITING_EVENTS = 200;
/** Operations under way for each device: one of a change, an image, and what a dead leader left. */
const MAX_OPERATIONS_PER_DEVICE = 8;
/** Records a second over the whole run; a loop that argues with itself writes more. */
const MAX_RECORDS_PER_SECOND = 20;
const RECORDS_AT_ONCE = 400;
/** Ended changes that a status may still name. */
const MAX_OPEN_CHANGES = 32;

/**
 * I9: nothing grows without bounds: events and operations that wait, changes that are open at once,
 * and the rate at which records are written, whatever fails and however long.
 */
export const bounded: OracleFactory = ({ topology }) => {
  const ledger = new Ledger();
  const maxOperations = MAX_OPERATIONS_PER_DEVICE * topology.devices.size;
  const told = new Set<string>();
  const over = (
    report: (what: string) => void,
    name: string,
    value: number,
    limit: number,
  ): void => {
    if (value <= limit || told.has(name)) return;
    told.add(name);
    report(`${name}: ${value}, the bound is ${limit}`);
  };
  return {
    invariant: 'I9',
    see(event, report) {
      if (event.kind === 'record') {
        const body = ledger.take(event.record, event.atMs);
        if (body?.kind === 'change-transition' && isTouching(body.to))
          over(report, 'open changes', openCount(ledger), MAX_OPEN_CHANGES);
      }
      if (event.kind !== 'sampled') return;
      over(report, 'events that wait', event.waitingEvents, MAX_WAITING_EVENTS);
      over(report, 'operations under way', event.waitingOperations, maxOperations);
      over(report, 'records of the journal', event.journalRecords, recordsBy(event));
    },
    end: () => undefined,
  };
};

const recordsBy = ({ atMs }: Extract<TimelineEvent, { kind: 'sampled' }>): number =>
  RECORDS_AT_ONCE + Math.ceil((atMs / 1000) * MAX_RECORDS_PER_SECOND);

function openCount({ changes }: Ledger): number {
  let count = 0;
  for (const { state } of changes.values()) if (isTouching(state)) count++;
  return count;
}
