const KEY_BYTES = 6;

/** Sequence as 48 bits, big-endian, so that keys stand in its order. */
export function sequenceKey(sequence: number): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUIntBE(Math.max(0, sequence), 0, KEY_BYTES);
  return bytes;
}

/** -1 for a key of another shape. */
export const sequenceOf = (bytes: Buffer): number =>
  bytes.length === KEY_BYTES ? bytes.readUIntBE(0, KEY_BYTES) : -1;

/** Writes inside a transaction answer for themselves too; the transaction reports the failure. */
export function handled(written: Promise<boolean>): void {
  written.catch(() => undefined);
}
