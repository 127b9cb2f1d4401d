/** Bytes of a recording that cannot be what a recorder wrote; caught where recordings are read. */
export class FlightDamage extends Error {
  constructor(
    readonly at: number,
    reason: string,
  ) {
    super(reason);
    this.name = 'FlightDamage';
  }
}

/** Reads what ByteWriter wrote; every length is held against the bytes that are there. */
export class ByteReader {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
    /** Position of byte 0 in the recording, for the place of damage. */
    readonly base = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.end - this.at;
  }

  damage(reason: string): FlightDamage {
    return new FlightDamage(this.base + this.at, reason);
  }

  u8(): number {
    return this.bytes[this.skip(1)] as number;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 128;
    }
    throw this.damage('a number that is too long');
  }

  /** A number of things of which each takes at least `bytesEach`. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.left)
      throw this.damage(`${count} items where no room is for them`);
    return count;
  }

  f64(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  text(): string {
    const part = this.raw(this.count(1));
    try {
      return this.decoder.decode(part);
    } catch {
      throw this.damage('a text that is no UTF-8');
    }
  }

  /** A view, not a copy. */
  raw(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  private skip(count: number): number {
    if (count > this.left) throw this.damage('cut short');
    const from = this.at;
    this.at += count;
    return from;
  }
}
