import type { ClientReadableStream } from '@grpc/grpc-js';
import type { gobgp } from '@weir/proto-gen';
import { SpeakerClient } from '../speaker';
import type { SpeakerSession } from './speaker-session';

const FIRST_RETRY_MS = 250;
const MOST_RETRY_MS = 15_000;
/** Routes that the speaker learns may change all the time; looking costs a listing. */
const LOOK_EVERY_MS = 1_000;
const LOOK_TIMEOUT_MS = 5_000;

/**
 * Keeps an event stream to a speaker. An event says only that something is different; what, is
 * read. A stream that ends is made again, and what the speaker lost meanwhile is given back.
 */
export class SpeakerWatch {
  private stream: ClientReadableStream<gobgp.WatchEventResponse> | null = null;
  private cancelRetry: (() => void) | null = null;
  private cancelLook: (() => void) | null = null;
  private retryMs = FIRST_RETRY_MS;
  private looking = false;
  private again = false;
  private closed = false;

  constructor(private readonly session: SpeakerSession) {}

  start(): void {
    const { speaker, authorities } = this.session.parts;
    const client = new SpeakerClient(speaker, authorities);
    const stream = client.watch();
    this.stream = stream;
    let up = false;
    stream.on('data', () => {
      if (!up) {
        up = true;
        this.retryMs = FIRST_RETRY_MS;
        this.session.tell('up', speaker.address);
      }
      this.look();
    });
    const over = (why: string): void => {
      client.close();
      if (this.stream !== stream) return;
      this.stream = null;
      if (this.closed) return;
      this.session.tell('down', why);
      this.cancelRetry = this.session.parts.timers.after(this.retryMs, () => {
        this.start();
      });
      this.retryMs = Math.min(MOST_RETRY_MS, this.retryMs * 2);
    };
    stream.on('error', (error) => {
      over(error.message);
    });
    stream.on('end', () => {
      over('the speaker ended the stream');
    });
  }

  close(): void {
    this.closed = true;
    this.cancelRetry?.();
    this.cancelLook?.();
    this.stream?.cancel();
  }

  /** At once, and not again within a second; what came meanwhile is looked at then. */
  private look(): void {
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    const { session } = this;
    const done = (): void => {
      if (this.closed) return;
      this.cancelLook = session.parts.timers.after(LOOK_EVERY_MS, () => {
        this.looking = false;
        if (!this.again) return;
        this.again = false;
        this.look();
      });
    };
    session
      .exclusively(() => session.inSync(LOOK_TIMEOUT_MS))
      .then(done, (cause: unknown) => {
        session.tell('view-lost', cause instanceof Error ? cause.message : String(cause));
        done();
      });
  }
}
