/**
 * The last `size` values, kept in order, so that any quantile is one look-up and a new value costs
 * two searches and two moves. Values must not be NaN: there is no place for it in an order.
 */
export class SortedWindow {
  private readonly arrived: number[] = [];
  private readonly sorted: number[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  get length(): number {
    return this.sorted.length;
  }

  push(value: number): void {
    const old = this.arrived[this.next];
    if (old !== undefined) this.sorted.splice(this.place(old), 1);
    this.arrived[this.next] = value;
    this.next = (this.next + 1) % this.size;
    this.sorted.splice(this.place(value), 0, value);
  }

  /** The value with `rank` smaller ones before it; NaN where there is none. */
  at(rank: number): number {
    return this.sorted[rank] ?? NaN;
  }

  median(): number {
    const middle = this.sorted.length >> 1;
    if (this.sorted.length % 2 === 1) return this.at(middle);
    return (this.at(middle - 1) + this.at(middle)) / 2;
  }

  /** First position whose value is not below `value`. */
  private place(value: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
