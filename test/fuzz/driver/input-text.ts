/** Inputs as JSON, for the corpus: bytes are `{"$bytes": base64}`, the rest is plain. */
export function inputText(input: unknown): string {
  return JSON.stringify(input, encode, 1);
}

export function inputOf(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    const bytes = (value as { $bytes?: unknown } | null)?.$bytes;
    return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : value;
  });
}

function encode(this: unknown, key: string, value: unknown): unknown {
  // Buffer has a toJSON of its own, which has run already; the holder still has the bytes.
  const held = (this as Record<string, unknown>)[key];
  return held instanceof Uint8Array ? { $bytes: Buffer.from(held).toString('base64') } : value;
}

/** The beginning of an input, for messages. */
export function shortInput(input: unknown): string {
  const text = inputText(input).replace(/\s+/g, ' ');
  return text.length <= 400 ? text : `${text.slice(0, 400)}... (${text.length} characters)`;
}
