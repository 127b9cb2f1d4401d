/** Hash of everything that happened, event by event: equal digests mean equal timelines. */
export class Timeline {
  private readonly value = new Float64Array(1);
  private readonly words = new Uint32Array(this.value.buffer);

  constructor(
    private low = 0x811c9dc5,
    private high = 0x9747b28c,
  ) {}

  fork(): Timeline {
    return new Timeline(this.low, this.high);
  }

  /** Two FNV-1a lanes over the bits of the number, one of them seeing the words swapped. */
  add(value: number): void {
    this.value[0] = value;
    const a = this.words[0] as number;
    const b = this.words[1] as number;
    this.low = Math.imul(Math.imul(this.low ^ a, 0x01000193) ^ b, 0x01000193) >>> 0;
    this.high = Math.imul(Math.imul(this.high ^ b, 0x01000193) ^ a, 0x01000193) >>> 0;
    this.low = (this.low ^ (this.low >>> 15)) >>> 0;
    this.high = (this.high ^ (this.high >>> 13)) >>> 0;
  }

  digest(): string {
    return this.high.toString(16).padStart(8, '0') + this.low.toString(16).padStart(8, '0');
  }
}
