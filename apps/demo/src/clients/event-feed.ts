import { apiPath, eventSchema, type EventEnvelope } from '@weir/contracts';

/** Journal records as they are written, from `/v1/events`; ends when it is closed. */
export class EventFeed {
  private readonly abort = new AbortController();
  private lastSequence = 0;

  constructor(
    private readonly url: string,
    private readonly onRecord: (record: EventEnvelope) => void,
  ) {
    void this.run();
  }

  close(): void {
    this.abort.abort();
  }

  private async run(): Promise<void> {
    while (!this.abort.signal.aborted) {
      try {
        await this.read();
      } catch {
        // The stream broke, or the daemon is stopping: it is resumed after the last record.
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  private async read(): Promise<void> {
    const response = await fetch(`${this.url}${apiPath('events')}`, {
      signal: this.abort.signal,
      headers: { 'last-event-id': String(this.lastSequence) },
    });
    if (!response.ok || response.body === null) return;
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.take(event);
    }
  }

  private take(event: string): void {
    const line = event.split('\n').find((entry) => entry.startsWith('data: '));
    if (line === undefined) return;
    const parsed = eventSchema.safeParse(JSON.parse(line.slice('data: '.length)));
    if (!parsed.success || parsed.data.sequence <= this.lastSequence) return;
    this.lastSequence = parsed.data.sequence;
    this.onRecord(parsed.data);
  }
}
