/** Bytes that grow at the end, little-endian; one buffer is used again and again. */
export class ByteWriter {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private readonly encoder = new TextEncoder();
  length = 0;

  /** A copy of what was written; the writer is empty afterwards. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned whole number in groups of seven bits, low ones first. */
  varint(value: number): void {
    this.reserve(8);
    let left = value;
    while (left >= 128) {
      this.bytes[this.length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.bytes[this.length++] = left;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  text(value: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.reserve(value.length * 3 + 8);
    const at = this.length;
    const sized = value.length * 3 < 128 ? 1 : value.length * 3 < 16_384 ? 2 : 5;
    const { written } = this.encoder.encodeInto(value, this.bytes.subarray(at + sized));
    let left = written;
    for (let i = 0; i < sized - 1; i++) {
      this.bytes[at + i] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.bytes[at + sized - 1] = left;
    this.length = at + sized + written;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
