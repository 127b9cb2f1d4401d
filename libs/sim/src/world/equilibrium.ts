import type { WorldParts } from './parts';

/** Pauses spread a hop a round; no path of a sane fabric is longer. */
const MOST_ROUNDS = 8;

/**
 * Brings rates, queues, pauses and counters in line with the streams in the network. The rates
 * come first, the queues follow from them, full lossless queues cap rates again, and so on until
 * no new feeder is paused.
 */
export class Equilibrium {
  constructor(
    private readonly parts: WorldParts,
    public solves = 0,
  ) {}

  find(nowMs: number): void {
    const { loads, pressure } = this.parts;
    if (!loads.isStale) return;
    pressure.release();
    this.solve(nowMs);
    for (let round = 0; round < MOST_ROUNDS && pressure.spread(); round++) this.solve(nowMs);
  }

  private solve(nowMs: number): void {
    const { loads, meter, sharing, table, timeline, wire } = this.parts;
    this.solves += 1;
    const changed = sharing.solve();
    table.setRates(changed, nowMs);
    for (const id of changed) timeline.add(sharing.rateBps(id));
    const cells = loads.evaluate(table.entries);
    for (const slot of loads.takeRecounts()) wire.update(table.entry(slot), cells);
    for (const cell of cells) {
      const outBps = (loads.cells.carriedBps[cell] as number) + (wire.extraBps[cell] as number);
      meter.set(cell, nowMs, outBps, loads.cells.pausedRatio(cell), loads.states[cell]);
    }
  }
}
