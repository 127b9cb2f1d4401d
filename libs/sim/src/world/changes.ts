/** What changed since the queues were last evaluated: channels, their queues, streams. */
export class Changes {
  /** Places of streams whose rate changed. */
  readonly moved = new Set<number>();
  private channels: number[] = [];
  private readonly isListed: Uint8Array;
  /** Queues whose own streams changed; others on the channel only look at their service. */
  private readonly cells: Uint8Array;
  /** Places of streams whose load on the wires may have changed. */
  private recounts = new Set<number>();

  constructor(
    channels: number,
    private readonly width: number,
  ) {
    this.isListed = new Uint8Array(channels);
    this.cells = new Uint8Array(channels * width);
  }

  fork(): Changes {
    const copy = new Changes(this.isListed.length, this.width);
    for (const slot of this.moved) copy.moved.add(slot);
    copy.channels = this.channels.slice();
    copy.isListed.set(this.isListed);
    copy.cells.set(this.cells);
    copy.recounts = new Set(this.recounts);
    return copy;
  }

  get isEmpty(): boolean {
    return this.channels.length === 0;
  }

  /** One queue of a channel. */
  touch(channel: number, queue: number): void {
    this.cells[channel * this.width + queue] = 1;
    if (this.isListed[channel] === 1) return;
    this.isListed[channel] = 1;
    this.channels.push(channel);
  }

  touchChannel(channel: number): void {
    for (let queue = 0; queue < this.width; queue++) this.touch(channel, queue);
  }

  isTouched(cell: number): boolean {
    return this.cells[cell] === 1;
  }

  /** Channels with a change since the last call; their queues stay touched until `settle`. */
  takeChannels(): readonly number[] {
    const taken = this.channels;
    this.channels = [];
    for (const channel of taken) this.isListed[channel] = 0;
    return taken;
  }

  settle(cell: number): void {
    this.cells[cell] = 0;
  }

  recount(slot: number): void {
    this.recounts.add(slot);
  }

  takeRecounts(): Set<number> {
    const taken = this.recounts;
    this.recounts = new Set();
    return taken;
  }
}
