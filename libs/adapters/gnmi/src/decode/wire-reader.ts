/**
 * Reads protobuf varints without allocating: the result stands in fields, 64-bit values as two
 * unsigned halves. Positions never pass `limit`; what cannot be read gives -1.
 */
export class WireReader {
  high = 0;
  low = 0;

  /** Reads a varint of up to 64 bits; returns the position after it, or -1. */
  varint(bytes: Uint8Array, at: number, limit: number): number {
    let low = 0;
    let shift = 0;
    // Bits 0 to 27 come from the first four bytes.
    for (; shift < 28; shift += 7) {
      if (at >= limit) return -1;
      const byte = bytes[at++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = 0;
        return at;
      }
    }
    if (at >= limit) return -1;
    const fifth = bytes[at++] as number;
    this.low = (low | ((fifth & 0x0f) << 28)) >>> 0;
    let high = (fifth & 0x7f) >>> 4;
    if (fifth < 0x80) {
      this.high = high;
      return at;
    }
    for (shift = 3; shift <= 31; shift += 7) {
      if (at >= limit) return -1;
      const byte = bytes[at++] as number;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        // The tenth byte holds one bit; more would not fit into 64.
        if (shift === 31 && byte > 1) return -1;
        this.high = high >>> 0;
        return at;
      }
    }
    return -1;
  }

  /**
   * Reads the length of a field; returns where its content starts, or -1 when it would end after
   * `limit`. The end of the content stands in `low`.
   */
  length(bytes: Uint8Array, at: number, limit: number): number {
    const start = this.varint(bytes, at, limit);
    if (start < 0 || this.high !== 0 || this.low > limit - start) return -1;
    this.low += start;
    return start;
  }

  /** Reads a double and cuts its fraction off; false when it is no unsigned 64-bit integer. */
  double(view: DataView, at: number): boolean {
    const value = Math.floor(view.getFloat64(at, true));
    if (!(value >= 0 && value < TWO_32 * TWO_32)) return false;
    this.high = Math.floor(value / TWO_32);
    this.low = value - this.high * TWO_32;
    return true;
  }

  /**
   * Reads decimal digits, bare or in quotes, that make up the whole of a JSON value. False for
   * anything else (signs, fractions, exponents, 2^64 and above), which is left to a real parser.
   */
  digits(bytes: Uint8Array, from: number, to: number): boolean {
    const quoted = bytes[from] === QUOTE;
    const start = quoted ? from + 1 : from;
    const end = quoted ? to - 1 : to;
    const count = end - start;
    if (count < 1 || count > 19 || (quoted && bytes[end] !== QUOTE)) return false;
    if (count > 1 && bytes[start] === ZERO) return false;
    let value = 0;
    const head = Math.min(end, start + 15);
    for (let at = start; at < head; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    this.high = Math.floor(value / TWO_32);
    this.low = value - this.high * TWO_32;
    for (let at = head; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return false;
      const low = this.low * 10 + digit;
      const carry = Math.floor(low / TWO_32);
      this.low = low - carry * TWO_32;
      this.high = this.high * 10 + carry;
    }
    return true;
  }
}

const QUOTE = 0x22;
const ZERO = 0x30;
const TWO_32 = 4294967296;
