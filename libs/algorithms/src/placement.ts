import type { PlacementItem, PlacementProblem, PlacementResult } from '@weir/core/ports';

/** A channel that would end this close to the hottest one is no place to go. */
const MARGIN = 1e-6;
/** How many others may have to make room for one move. */
const CHAIN_LENGTH = 3;
/** Choices looked at for one relief before it counts as impossible; bounds the time of a search. */
const MAX_TRIES = 4_000;

/**
 * Levels load by moving whole aggregates of traffic, as few as possible: takes the hottest channel,
 * moves the aggregate whose new way stays coolest, and goes on until the hottest is below the
 * target or nothing can leave it. No channel ever gets hotter than the hottest one is. Where every
 * way is taken, others make room along a chain of at most CHAIN_LENGTH moves, as in edge colouring.
 * Greedy like Global First Fit (Al-Fares et al., Hedera, NSDI 2010), but starts from what is in
 * place; moves that turn out not to matter for the hottest channel are taken back at the end.
 */
export function place(problem: PlacementProblem): PlacementResult {
  const search = new Search(problem);
  const before = search.hottest().ratio;
  for (let steps = 4 * problem.items.length + 16; steps > 0; steps--) {
    const { channel, ratio } = search.hottest();
    if (!(ratio > problem.targetRatio) || !search.relieve(channel, ratio)) break;
  }
  search.takeBackIdleMoves();
  return { choices: search.choices, before, after: search.hottest().ratio };
}

class Search {
  /** Choice of each item; -1 leaves it as it is. */
  readonly choices: Int32Array;
  private readonly loadBps: Float64Array;
  private readonly itemsOn: Set<number>[];
  private readonly movedByGroup = new Map<number, number>();
  private tries = 0;

  constructor(private readonly problem: PlacementProblem) {
    this.choices = new Int32Array(problem.items.length).fill(-1);
    this.loadBps = Float64Array.from(problem.loadBps);
    this.itemsOn = Array.from(problem.loadBps, () => new Set<number>());
    problem.items.forEach((item, i) => this.enlist(item, i));
  }

  /** Hottest of the channels that matter. */
  hottest(): { readonly channel: number; readonly ratio: number } {
    let channel = -1;
    let ratio = 0;
    for (const c of this.problem.relevant) {
      const own = this.ratio(c, 0);
      if (own > ratio) {
        ratio = own;
        channel = c;
      }
    }
    return { channel, ratio };
  }

  /** Makes the channel cooler than `limit`, all others staying below it; false when it cannot. */
  relieve(channel: number, limit: number): boolean {
    this.tries = 0;
    return this.moveFrom(channel, limit, CHAIN_LENGTH, new Set());
  }

  /** Moves that the hottest channel does not need go back, the latest first. */
  takeBackIdleMoves(): void {
    const limit = Math.max(this.hottest().ratio, this.problem.targetRatio) * (1 + MARGIN);
    for (let i = this.choices.length - 1; i >= 0; i--) {
      const choice = this.choices[i] as number;
      if (choice < 0) continue;
      this.put(i, -1);
      const item = this.problem.items[i] as PlacementItem;
      const fits = item.present.every(
        (share, at) =>
          share === 0 || item.choices[at]?.channels.every((c) => this.ratio(c, 0) <= limit),
      );
      if (!fits) this.put(i, choice);
    }
  }

  private moveFrom(channel: number, limit: number, depth: number, held: Set<number>): boolean {
    const items = [...(this.itemsOn[channel] ?? [])]
      .filter((i) => !held.has(i) && this.mayMove(i))
      .sort((a, b) => this.weightOf(b, channel) - this.weightOf(a, channel));
    let best: { item: number; choice: number; ratio: number } | null = null;
    for (const item of items) {
      for (const found of this.freeChoices(item, channel, limit))
        if (best === null || found.ratio < best.ratio - MARGIN) best = { item, ...found };
      // Larger ones first: the smaller ones are asked only where none of these can go.
      if (best !== null && best.ratio <= this.problem.targetRatio) break;
      if (this.tries > MAX_TRIES) break;
    }
    if (best !== null) {
      this.put(best.item, best.choice);
      return true;
    }
    return depth > 0 && items.some((item) => this.moveWithRoom(item, channel, limit, depth, held));
  }

  /** Choices that stay below the limit at once, with the ratio of their hottest channel. */
  private freeChoices(i: number, avoid: number, limit: number) {
    const item = this.problem.items[i] as PlacementItem;
    const free: { choice: number; ratio: number }[] = [];
    const present = this.choices[i] as number;
    this.put(i, TAKEN_OUT);
    item.choices.forEach(({ channels, shares }, choice) => {
      this.tries++;
      if (choice === present || channels.includes(avoid)) return;
      let ratio = 0;
      for (let k = 0; k < channels.length; k++)
        ratio = Math.max(ratio, this.ratio(channels[k] as number, item.bps * (shares[k] ?? 1)));
      if (ratio < limit * (1 - MARGIN)) free.push({ choice, ratio });
    });
    this.put(i, present);
    return free;
  }

  /** Goes where one channel is in the way, if somebody there can go elsewhere. */
  private moveWithRoom(
    i: number,
    from: number,
    limit: number,
    depth: number,
    held: Set<number>,
  ): boolean {
    const item = this.problem.items[i] as PlacementItem;
    const present = this.choices[i] as number;
    held.add(i);
    for (const [choice, { channels, shares }] of item.choices.entries()) {
      if (++this.tries > MAX_TRIES) break;
      if (choice === present || channels.includes(from)) continue;
      this.put(i, choice);
      const full = channels.filter((c) => !(this.ratio(c, 0) < limit * (1 - MARGIN)));
      // Only what this move overfills can be cured; what was above the limit before cannot.
      const curable = full.every(
        (c) => this.ratio(c, -item.bps * (shares[channels.indexOf(c)] ?? 1)) < limit,
      );
      if (curable && full.length <= 2 && this.makeRoom(full, limit, depth, held)) {
        held.delete(i);
        return true;
      }
      this.put(i, present);
    }
    held.delete(i);
    return false;
  }

  private makeRoom(full: readonly number[], limit: number, depth: number, held: Set<number>) {
    const undo = Int32Array.from(this.choices);
    for (const channel of full) {
      if (this.moveFrom(channel, limit, depth - 1, held) && this.ratio(channel, 0) < limit)
        continue;
      for (let i = 0; i < undo.length; i++)
        if (undo[i] !== this.choices[i]) this.put(i, undo[i] as number);
      return false;
    }
    return true;
  }

  private mayMove(i: number): boolean {
    const { group } = this.problem.items[i] as PlacementItem;
    if ((this.movedByGroup.get(group) ?? 0) > 0) return true;
    let open = 0;
    for (const count of this.movedByGroup.values()) if (count > 0) open++;
    return open < this.problem.maxGroups;
  }

  private put(i: number, choice: number): void {
    const item = this.problem.items[i] as PlacementItem;
    const old = this.choices[i] as number;
    if (old === choice) return;
    this.add(item, i, old, -1);
    this.choices[i] = choice;
    this.add(item, i, choice, 1);
    const moved = (choice === -1 ? 0 : 1) - (old === -1 ? 0 : 1);
    if (moved !== 0)
      this.movedByGroup.set(item.group, (this.movedByGroup.get(item.group) ?? 0) + moved);
  }

  private add(item: PlacementItem, i: number, choice: number, sign: 1 | -1): void {
    for (let at = 0; at < item.choices.length; at++) {
      const part = choice === -1 ? (item.present[at] ?? 0) : choice === at ? 1 : 0;
      if (part === 0) continue;
      const { channels, shares } = item.choices[at] as PlacementItem['choices'][number];
      for (let k = 0; k < channels.length; k++) {
        const c = channels[k] as number;
        this.loadBps[c] = (this.loadBps[c] ?? 0) + sign * part * item.bps * (shares[k] ?? 1);
        if (sign === 1) this.itemsOn[c]?.add(i);
        else this.itemsOn[c]?.delete(i);
      }
    }
  }

  private enlist(item: PlacementItem, i: number): void {
    item.choices.forEach(({ channels }, at) => {
      if ((item.present[at] ?? 0) > 0) channels.forEach((c) => this.itemsOn[c]?.add(i));
    });
  }

  private weightOf(i: number, channel: number): number {
    const item = this.problem.items[i] as PlacementItem;
    const choice = this.choices[i] as number;
    let bps = 0;
    item.choices.forEach(({ channels, shares }, at) => {
      const part = choice === -1 ? (item.present[at] ?? 0) : choice === at ? 1 : 0;
      const k = part === 0 ? -1 : channels.indexOf(channel);
      if (k >= 0) bps += part * item.bps * (shares[k] ?? 1);
    });
    return bps;
  }

  private ratio(channel: number, extraBps: number): number {
    const load = (this.loadBps[channel] ?? 0) + extraBps;
    const capacity = this.problem.capacityBps[channel] ?? 0;
    if (capacity > 0) return Math.max(0, load) / capacity;
    return load > TRICKLE_BPS ? Infinity : 0;
  }
}

/** Not a choice: the item is nowhere, while its choices are compared. */
const TAKEN_OUT = -2;
/** What may be left on a channel that is out of use, bps: rounding, not traffic. */
const TRICKLE_BPS = 1e6;
