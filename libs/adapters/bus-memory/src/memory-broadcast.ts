import type { Broadcast } from '@weir/core/ports';

type Handler = (message: Uint8Array) => void;

export class MemoryBroadcast implements Broadcast {
  readonly #topics = new Map<string, Handler[]>();
  #closed = false;

  /** `onHandlerError`: a subscriber threw; the other subscribers go on. */
  constructor(private readonly onHandlerError: (error: unknown) => void = () => undefined) {}

  async publish(topic: string, message: Uint8Array): Promise<void> {
    const copy = message.slice();
    await Promise.resolve();
    if (this.#closed) return;
    for (const handler of this.#topics.get(topic) ?? []) {
      try {
        handler(copy);
      } catch (error) {
        this.onHandlerError(error);
      }
    }
  }

  async subscribe(topic: string, handler: Handler): Promise<void> {
    const handlers = this.#topics.get(topic) ?? [];
    handlers.push(handler);
    this.#topics.set(topic, handlers);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#topics.clear();
  }
}
