/** HTTP/2 frame types of RFC 9113 section 6 that matter here. */
export const DATA = 0;
const PREFACE_BYTES = 24;
const HEADER_BYTES = 9;

export interface FrameHeader {
  readonly type: number;
  readonly streamId: number;
}

/**
 * Finds the frames in the bytes of one direction. Calls `frame` for each header, then `payload`
 * for each part of its payload.
 */
export class FrameReader {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private have = 0;
  private skip: number;
  private left = 0;
  private current: FrameHeader = { type: -1, streamId: 0 };

  constructor(
    isClient: boolean,
    private readonly frame: (header: FrameHeader) => void,
    private readonly payload: (header: FrameHeader, part: Buffer) => void = () => undefined,
  ) {
    this.skip = isClient ? PREFACE_BYTES : 0;
  }

  feed(bytes: Buffer): void {
    let at = Math.min(this.skip, bytes.length);
    this.skip -= at;
    while (at < bytes.length) {
      if (this.left > 0) {
        const part = bytes.subarray(at, at + this.left);
        this.left -= part.length;
        at += part.length;
        this.payload(this.current, part);
        continue;
      }
      const taken = bytes.copy(this.header, this.have, at, at + HEADER_BYTES - this.have);
      this.have += taken;
      at += taken;
      if (this.have === HEADER_BYTES) this.begin();
    }
  }

  private begin(): void {
    this.have = 0;
    this.left = this.header.readUIntBE(0, 3);
    this.current = {
      type: this.header[3] ?? 0,
      streamId: this.header.readUInt32BE(5) & 0x7fffffff,
    };
    this.frame(this.current);
  }
}
