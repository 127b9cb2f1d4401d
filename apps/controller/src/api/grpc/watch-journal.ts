import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { JournalRecord } from '@weir/core/model';
import type { northbound } from '@weir/proto-gen';
import type { JournalReader } from '../read/journal-reader';
import { GrpcRefusal } from './grpc-error';
import { recordMessage } from './messages';

/** Live records that a slow client may lag behind before it is cut off. */
const MAX_LAG_RECORDS = 10_000;

type Call = ServerWritableStream<northbound.WatchJournalRequest, northbound.WatchJournalResponse>;

/** Stored records at the client's own pace, then live ones; ends only by error or by the client. */
export async function watchJournal(call: Call, reader: JournalReader): Promise<void> {
  const newest = await reader.journal.lastSequence();
  const from = call.request.fromSequence === 0n ? newest + 1 : Number(call.request.fromSequence);
  const cancelled = new AbortController();
  call.on('cancelled', () => {
    cancelled.abort();
  });
  const pending: JournalRecord[] = [];
  let wake: () => void = () => undefined;
  cancelled.signal.addEventListener('abort', () => {
    wake();
  });
  const unsubscribe = reader.onRecord((record) => {
    pending.push(record);
    wake();
  });
  const send = async (record: JournalRecord): Promise<void> => {
    if (record.sequence < next) return;
    next = record.sequence + 1;
    // The wait ends with the call when that is cancelled; what then goes wrong concerns nobody.
    if (!call.write(recordMessage(record)))
      await once(call, 'drain', { signal: cancelled.signal }).catch(() => undefined);
  };
  let next = from;
  try {
    for await (const record of reader.journal.read(from)) {
      if (cancelled.signal.aborted) return;
      await send(record);
    }
    while (!cancelled.signal.aborted) {
      if (pending.length > MAX_LAG_RECORDS) {
        const reason = `the client is ${pending.length} records behind; resume from ${next}`;
        throw new GrpcRefusal({ code: 'limit-exceeded', where: '', reason });
      }
      const record = pending.shift();
      if (record !== undefined) {
        if (record.sequence > next) {
          const reason = `records ${next} to ${record.sequence - 1} were compacted away; resume behind them`;
          throw new GrpcRefusal({ code: 'limit-exceeded', where: '', reason });
        }
        await send(record);
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    unsubscribe();
  }
}
