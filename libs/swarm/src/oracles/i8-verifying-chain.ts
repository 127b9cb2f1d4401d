import { createHash } from 'node:crypto';
import { TRANSITIONS } from '@weir/core/change';
import type { ChangeId, ChangeState, JournalRecord, RecordBody } from '@weir/core/model';
import { chainText, GENESIS_HASH } from '@weir/core/ports';
import type { OracleFactory } from './oracle';

/**
 * I8: every transition is in a verifying chain. Records are numbered without gaps and their epochs
 * never fall, each hash follows from the one before, each transition is one of the table, from the
 * state in which the change was, and what was once durable is there at the end as it was.
 */
export const verifyingChain: OracleFactory = () => {
  const states = new Map<ChangeId, ChangeState>();
  const hashes: string[] = [];
  let last: Pick<JournalRecord, 'sequence' | 'epoch' | 'hash'> = {
    sequence: 0,
    epoch: 0,
    hash: GENESIS_HASH,
  };
  return {
    invariant: 'I8',
    see(event, report) {
      if (event.kind !== 'record') return;
      const { record } = event;
      const { sequence, epoch } = record;
      if (sequence !== last.sequence + 1) report(`record ${sequence} follows ${last.sequence}`);
      if (epoch < last.epoch)
        report(`record ${sequence} has epoch ${epoch}, the one before has ${last.epoch}`);
      if (record.hash !== digest(chainText(last.hash, record)))
        report(`the hash of record ${sequence} does not follow from the one before`);
      const what = transitionFault(states, record.body);
      if (what !== null) report(`record ${sequence}: ${what}`);
      hashes[sequence] = record.hash;
      last = record;
    },
    end(final, report) {
      if (final.chain !== 'ok') report('at the end the chain does not verify');
      const there = new Map(final.records.map((record) => [record.sequence, record.hash]));
      const lost = hashes.findIndex((hash, sequence) => there.get(sequence) !== hash);
      if (lost !== -1) report(`record ${lost} was durable and is not there as it was at the end`);
    },
  };
};

function transitionFault(states: Map<ChangeId, ChangeState>, body: RecordBody): string | null {
  if (body.kind === 'change-proposed') {
    const { id, state } = body.change;
    const fault = states.has(id) ? `${id} is proposed twice` : null;
    states.set(id, state);
    return fault;
  }
  if (body.kind !== 'change-transition') return null;
  const { id, from, to } = body;
  const present = states.get(id);
  states.set(id, to);
  if (present !== from) return `${id} goes from ${from}, but is ${present ?? 'unknown'}`;
  const allowed = Object.values(TRANSITIONS[from]).includes(to);
  return allowed ? null : `${id} goes from ${from} to ${to}, which is not in the table`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
