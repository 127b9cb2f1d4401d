import type { DeviceId } from '@weir/core/model';
import type { FinalView } from '../timeline';
import { Ledger } from './ledger';
import type { OracleFactory } from './oracle';

/**
 * I2, as people see it: status tells the truth. At the end some process leads, says the epoch under
 * which the last record was written, names as fenced, frozen and open exactly what the records say,
 * is not holding still in a healthy world, and no commit of ours waits for a confirmation any more.
 */
export const statusIsTrue: OracleFactory = () => {
  const ledger = new Ledger();
  const commits = new Map<string, string>();
  let intents = new Set<string>();
  return {
    invariant: 'I2',
    see(event) {
      if (event.kind !== 'record') return;
      const body = ledger.take(event.record, event.atMs);
      if (body?.kind === 'device-prepared') commits.set(body.commitId, body.id);
      if (body?.kind === 'intent-put') intents = new Set(intents).add(body.id);
      if (body?.kind === 'intent-deleted') intents.delete(body.id);
    },
    end(final, report) {
      for (const [device, commitId] of final.pendingCommits)
        if (commits.has(commitId))
          report(`${device} still waits for a confirmation of ${commits.get(commitId) ?? ''}`);
      if (final.status === null) return report('nobody leads at the end');
      for (const what of untruths(final, final.status, ledger)) report(what);
      const shown = final.status.intents.map(({ id }) => id as string);
      const missing = [...intents].find((id) => !shown.includes(id));
      if (missing !== undefined) report(`status does not show the intent ${missing}`);
    },
  };
};

function* untruths(
  final: FinalView,
  status: NonNullable<FinalView['status']>,
  ledger: Ledger,
): Iterable<string> {
  const epoch = final.records.at(-1)?.epoch ?? 0;
  if (status.epoch !== epoch)
    yield `status says epoch ${status.epoch}, the last record has ${epoch}`;
  if ((status.frozen !== null) !== ledger.frozen)
    yield `status says ${status.frozen === null ? 'not frozen' : 'frozen'}, the records do not`;
  if (status.phase !== 'running') {
    const why = status.holdReason === '' ? '' : `: ${status.holdReason}`;
    yield `status is ${status.phase} in a healthy world${why}`;
  }
  for (const { device, fenced, openChange } of status.devices) {
    if (fenced !== ledger.fenced.has(device as DeviceId))
      yield `status says ${device} is ${fenced ? 'fenced' : 'not fenced'}, the records do not`;
    if (openChange !== null) yield `status says that ${openChange} is open on ${device}`;
  }
}
