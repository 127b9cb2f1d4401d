/** One server-sent event as far as Weir uses them. */
export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Splits a byte stream into events (WHATWG HTML, section 9.2); comments are keep-alives. */
export async function* readEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let buffered = '';
  let fields: { id: string; event: string; data: string[] } = { id: '', event: '', data: [] };
  for await (const chunk of stream) {
    buffered += decoder.decode(chunk, { stream: true });
    const lines = buffered.split(/\r\n|\n|\r(?!$)/);
    buffered = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        addField(fields, line);
        continue;
      }
      if (fields.data.length > 0) yield { ...fields, data: fields.data.join('\n') };
      fields = { id: fields.id, event: '', data: [] };
    }
  }
}

function addField(fields: { id: string; event: string; data: string[] }, line: string): void {
  const colon = line.indexOf(':');
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data') fields.data.push(value);
  else if (name === 'id') fields.id = value;
  else if (name === 'event') fields.event = value;
}
