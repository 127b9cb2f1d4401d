/** Octets that each switch forwarded to each prefix. */
export class PrefixCounters {
  private readonly slots: Map<string, number>[];
  private octets = new Float64Array(256);
  private used = 0;

  constructor(devices: number) {
    this.slots = Array.from({ length: devices }, () => new Map<string, number>());
  }

  fork(): PrefixCounters {
    const copy = new PrefixCounters(0);
    for (const slots of this.slots) copy.slots.push(new Map(slots));
    copy.octets = this.octets.slice();
    copy.used = this.used;
    return copy;
  }

  /** Place of the counter of a prefix on a device; made when it is new. */
  slot(device: number, prefix: string): number {
    const slots = this.slots[device];
    if (slots === undefined) return -1;
    let slot = slots.get(prefix);
    if (slot === undefined) {
      slot = this.used++;
      slots.set(prefix, slot);
      if (slot >= this.octets.length) {
        const larger = new Float64Array(2 * this.octets.length);
        larger.set(this.octets);
        this.octets = larger;
      }
    }
    return slot;
  }

  /** One connection sent `bytes`; each slot takes them times its connections. */
  add(slots: Int32Array, connections: Float64Array, bytes: number): void {
    for (let i = 0; i < slots.length; i++)
      this.octets[slots[i] as number]! += (connections[i] as number) * bytes;
  }

  of(device: number): Map<string, number> {
    const counters = new Map<string, number>();
    for (const [prefix, slot] of this.slots[device] ?? [])
      counters.set(prefix, this.octets[slot] as number);
    return counters;
  }

  reset(device: number): void {
    for (const slot of this.slots[device]?.values() ?? []) this.octets[slot] = 0;
  }
}
