/** The writing half of a Subscribe stream, as far as it is needed here. */
export interface ResponseStream {
  /** False: the transport is full, write again after 'drain'. */
  write(message: Buffer): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/**
 * Writes messages no faster than the client reads: at most the stream's own high-water mark is
 * ever buffered for it.
 */
export class Outbox {
  private waiting: Promise<void> | null = null;
  private release: () => void = () => undefined;
  private closed = false;

  constructor(private readonly stream: ResponseStream) {}

  /** True while the client has not yet read what was written. */
  get full(): boolean {
    return this.waiting !== null;
  }

  /** Null when more may be written at once; else a promise to wait for, shared by all senders. */
  send(message: Buffer): Promise<void> | null {
    if (this.closed || this.stream.write(message)) return this.waiting;
    this.waiting ??= new Promise((resolve) => {
      this.release = () => {
        this.waiting = null;
        resolve();
      };
      this.stream.once('drain', () => this.release());
    });
    return this.waiting;
  }

  /** The stream is gone: who waits for it goes on and finds it closed. */
  close(): void {
    this.closed = true;
    this.release();
  }
}
