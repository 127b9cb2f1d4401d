import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { JournalRecord } from '@weir/core/model';
import type { JournalReader } from '../read/journal-reader';

/** Proxies close idle connections after 30 s or more. */
const HEARTBEAT_MS = 15_000;
/** A reader that lags behind by this much is cut off; it resumes by Last-Event-ID. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 2_000;

/** One client of `/v1/events`: first what it missed, at its own pace, then live. */
export class EventStream {
  private ended = false;
  private readonly finished: Promise<void>;
  private finish: () => void = () => undefined;

  constructor(
    private readonly reader: JournalReader,
    private readonly response: ServerResponse,
  ) {
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** Sends records from a sequence on until the stream is ended by either side. */
  async run(fromSequence: number): Promise<void> {
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    this.response.write(`retry: ${RETRY_MS}\n\n`);
    const heartbeat = setInterval(() => this.response.write(': heartbeat\n\n'), HEARTBEAT_MS);
    // Live records are held back until the stored ones are out.
    let live: JournalRecord[] | null = [];
    let next = fromSequence;
    const unsubscribe = this.reader.onRecord((record) => {
      if (live !== null) live.push(record);
      // This process fell behind the journal's cut: the client resumes, and sees where it begins.
      else if (record.sequence > next) this.end();
      else next = this.send(record, next);
    });
    try {
      for await (const record of this.reader.journal.read(fromSequence)) {
        if (this.ended) return;
        next = this.send(record, next);
        if (this.response.writableNeedDrain)
          await Promise.race([once(this.response, 'drain'), this.finished]);
      }
      const held = live;
      live = null;
      for (const record of held) next = this.send(record, next);
      await this.finished;
    } finally {
      unsubscribe();
      clearInterval(heartbeat);
      this.end();
    }
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.finish();
    this.response.end();
  }

  /** The next sequence that the client lacks. */
  private send(record: JournalRecord, next: number): number {
    if (this.ended || record.sequence < next) return next;
    const data = JSON.stringify(record);
    this.response.write(`id: ${record.sequence}\nevent: ${record.body.kind}\ndata: ${data}\n\n`);
    if (this.response.writableLength > MAX_UNSENT_BYTES) this.end();
    return record.sequence + 1;
  }
}
