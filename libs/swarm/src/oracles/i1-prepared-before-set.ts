import { createHash } from 'node:crypto';
import { leavesText, sameLeaf } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';
import { Ledger, type Prepared, type TrackedChange } from './ledger';
import type { OracleFactory } from './oracle';

type Sent = Extract<TimelineEvent, { kind: 'sent' }>;

/**
 * I1: no write leaves before the record of its intention is durable. A Set towards the planned
 * values needs a `device-prepared` with the same change, device and commit whose hash is that of the
 * values written, and a `device-operation` commit; one back needs the pre-image of that record and a
 * `device-operation` revert of its own. A confirm needs the durable decision to keep the change,
 * a cancel the decision to take it back, and either names a commit of this change and no other.
 * A later leader may rest on the records of an earlier one, never the other way round.
 */
export const preparedBeforeSet: OracleFactory = () => {
  const ledger = new Ledger();
  return {
    invariant: 'I1',
    see(event, report) {
      if (event.kind === 'record') ledger.take(event.record, event.atMs);
      if (event.kind === 'sent') for (const what of faultsOf(ledger, event)) report(what);
    },
    end: () => undefined,
  };
};

function faultsOf(ledger: Ledger, sent: Sent): readonly string[] {
  const { call, device, changeId } = sent;
  const name = `${call} of ${changeId ?? 'no change'} to ${device}`;
  const tracked = changeId === null ? undefined : ledger.changes.get(changeId);
  if (tracked === undefined) return [`${name}: no durable record knows the change`];
  const prepared = tracked.prepared.get(device);
  if (prepared === undefined) return [`${name}: left without a durable device-prepared record`];
  const faults: string[] = [];
  if (prepared.epoch > sent.epoch)
    faults.push(`prepared by epoch ${prepared.epoch}, sent by the older ${sent.epoch}`);
  if (sent.commitId !== '' && sent.commitId !== prepared.commitId)
    faults.push(`commit ${sent.commitId}, prepared as ${prepared.commitId}`);
  const verbs = tracked.operations.get(device);
  if (call === 'set') faults.push(...setFaults(sent, tracked, prepared));
  else if (call === 'confirm') {
    if (verbs?.has('confirm') !== true) faults.push('no durable operation asks for it');
    if (!tracked.reached.has('confirming'))
      faults.push(`the change is ${tracked.state}, nobody decided to keep it`);
  } else if (verbs?.has('revert') !== true) faults.push('no durable operation asks for it');
  return faults.map((fault) => `${name}: ${fault}`);
}

function setFaults(sent: Sent, tracked: TrackedChange, prepared: Prepared): readonly string[] {
  const verbs = tracked.operations.get(sent.device);
  const values = sent.leaves.map((leaf) => ({ path: leaf.path, value: leaf.after }));
  const forward = digest(leavesText(values)) === prepared.postHash;
  const back = values.every(
    ({ path, value }) =>
      prepared.preImage.has(path) && sameLeaf(prepared.preImage.get(path) ?? null, value),
  );
  if (!forward && !back) return ['writes neither the prepared values nor the pre-image'];
  if (forward && verbs?.has('commit') === true) return [];
  if (back && verbs?.has('revert') === true) return [];
  return [`no durable ${forward ? 'commit' : 'revert'} operation asks for it`];
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
