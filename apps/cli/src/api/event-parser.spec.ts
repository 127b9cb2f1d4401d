import fc from 'fast-check';
import { readEvents, type ServerSentEvent } from './event-parser';

async function parse(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readEvents', () => {
  it('reads id, event and data, and skips comments and events without data', async () => {
    const text =
      ': hello\n\nid: 5\nevent: verdict\ndata: {"a":1}\n\nevent: x\n\ndata:b\ndata: c\n\n';
    expect(await parse([bytes(text)])).toEqual([
      { id: '5', event: 'verdict', data: '{"a":1}' },
      { id: '5', event: '', data: 'b\nc' },
    ]);
  });

  it('drops an event that is cut off at the end', async () => {
    expect(await parse([bytes('data: a\n\ndata: half')])).toHaveLength(1);
  });

  it('gives the same events however the bytes are cut, with every kind of line end', async () => {
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', ':') }), {
      minLength: 1,
      maxLength: 4,
    });
    const cuts = fc.array(fc.nat(60), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(texts, lineEnd, cuts, async (data, end, positions) => {
        const text = data.map((item, i) => `id: ${i}${end}data: ${item}${end}${end}`).join('');
        const all = bytes(text);
        const edges = [...new Set([0, ...positions, all.length])]
          .filter((edge) => edge <= all.length)
          .sort((a, b) => a - b);
        const chunks = edges.slice(1).map((edge, i) => all.subarray(edges[i], edge));
        const events = await parse(chunks);
        // A lone \r at the very end may be half a \r\n, so the last event may still be waiting.
        const known = end === '\r' ? data.slice(0, events.length) : data;
        expect(events.length).toBeGreaterThanOrEqual(end === '\r' ? data.length - 1 : data.length);
        expect(events.map((event) => event.data)).toEqual(known);
      }),
    );
  });
});
