/** A flow for the solver; `weight` counts the connections that share its rate. */
export interface Flow {
  readonly channels: readonly number[];
  readonly queue: number;
  /** Infinity for senders that take whatever they get. */
  readonly demandBps: number;
  readonly weight: number;
}

export interface Scheduling {
  readonly strict: boolean;
  readonly weight: number;
}

export interface Allocation {
  readonly rateBps: Float64Array;
  /** Channel that held the flow back, -1 where its own demand did. */
  readonly bottleneck: Int32Array;
}

const EPSILON = 1e-9;

/**
 * Max-min fair rates: strict queues first, each level on what the one before left, then all
 * weighted queues together (share of a queue by its weight among those with traffic, connections
 * equal within a queue). Exact for one queue (Bertsekas and Gallager, 6.5.2); for several weighted
 * queues a second and third pass hand out what queues with little traffic left over.
 */
export function maxMin(
  capacityBps: Float64Array,
  flows: readonly Flow[],
  queues: readonly Scheduling[],
): Allocation {
  const rateBps = new Float64Array(flows.length);
  const bottleneck = new Int32Array(flows.length).fill(-1);
  const residual = Float64Array.from(capacityBps);
  const levels: number[][] = [];
  const weighted: number[] = [];
  queues.forEach((queue, index) => {
    const members: number[] = [];
    flows.forEach((flow, f) => {
      if (flow.queue === index && flow.demandBps > 0) members.push(f);
    });
    if (queue.strict) levels.push(members);
    else weighted.push(...members);
  });
  levels.push(weighted);
  for (const members of levels) {
    let open = members;
    for (let pass = 0; pass < 3 && open.length > 0; pass++) {
      fill(open, flows, queues, residual, rateBps, bottleneck);
      open = open.filter((f) => hasRoom(f, flows, residual, capacityBps, rateBps));
    }
  }
  return { rateBps, bottleneck };
}

function hasRoom(
  f: number,
  flows: readonly Flow[],
  residual: Float64Array,
  capacityBps: Float64Array,
  rateBps: Float64Array,
): boolean {
  const flow = flows[f];
  if (flow === undefined || (rateBps[f] ?? 0) >= flow.demandBps * (1 - EPSILON)) return false;
  return flow.channels.every((c) => (residual[c] ?? 0) > (capacityBps[c] ?? 0) * 1e-6);
}

/** One round of progressive filling on the residual capacities; rates are added to. */
function fill(
  members: readonly number[],
  flows: readonly Flow[],
  queues: readonly Scheduling[],
  residual: Float64Array,
  rateBps: Float64Array,
  bottleneck: Int32Array,
): void {
  const width = queues.length;
  const weightOf = new Float64Array(residual.length * width);
  const countOf = new Int32Array(residual.length * width);
  const level = new Float64Array(residual.length * width);
  const used = new Set<number>();
  for (const f of members) {
    const flow = flows[f] as Flow;
    for (const c of flow.channels) {
      weightOf[c * width + flow.queue]! += flow.weight;
      countOf[c * width + flow.queue]! += 1;
      used.add(c);
    }
  }
  const freeze = (f: number, rate: number, at: number): void => {
    const flow = flows[f] as Flow;
    rateBps[f]! += rate;
    bottleneck[f] = at;
    for (const c of flow.channels) {
      residual[c] = Math.max(0, (residual[c] ?? 0) - rate);
      weightOf[c * width + flow.queue]! -= flow.weight;
      countOf[c * width + flow.queue]! -= 1;
    }
  };
  let open = [...members];
  while (open.length > 0) {
    setLevels(used, width, queues, residual, weightOf, countOf, level);
    open = settle(open, flows, width, level, countOf, rateBps, freeze);
  }
}

/** Rate per connection that each queue of each channel could give to those still open. */
function setLevels(
  used: ReadonlySet<number>,
  width: number,
  queues: readonly Scheduling[],
  residual: Float64Array,
  weightOf: Float64Array,
  countOf: Int32Array,
  level: Float64Array,
): void {
  for (const c of used) {
    let active = 0;
    for (let q = 0; q < width; q++) {
      if ((countOf[c * width + q] ?? 0) > 0)
        active += queues[q]?.strict ? 1 : (queues[q]?.weight ?? 0);
    }
    for (let q = 0; q < width; q++) {
      const at = c * width + q;
      if ((countOf[at] ?? 0) === 0) continue;
      const share = (queues[q]?.strict ? 1 : (queues[q]?.weight ?? 0)) / active;
      level[at] = ((residual[c] ?? 0) * share) / (weightOf[at] ?? 1);
    }
  }
}

/**
 * Freezes flows that are content with less than their level, or else all flows of every queue
 * that is the tightest for each flow in it. Levels only grow, so neither can regret it.
 */
function settle(
  open: readonly number[],
  flows: readonly Flow[],
  width: number,
  level: Float64Array,
  countOf: Int32Array,
  rateBps: Float64Array,
  freeze: (f: number, rate: number, at: number) => void,
): number[] {
  const tightest = new Map<number, number[]>();
  const content: number[] = [];
  const rest: number[] = [];
  for (const f of open) {
    const flow = flows[f] as Flow;
    let at = -1;
    let least = Infinity;
    for (const c of flow.channels) {
      const here = level[c * width + flow.queue] ?? 0;
      if (here < least * (1 - EPSILON)) {
        least = here;
        at = c;
      }
    }
    const wanted = flow.demandBps - (rateBps[f] ?? 0);
    if (wanted <= least * flow.weight) {
      content.push(f);
      continue;
    }
    rest.push(f);
    for (const c of flow.channels) {
      const here = level[c * width + flow.queue] ?? 0;
      if (here > least * (1 + 1e-7)) continue;
      const key = c * width + flow.queue;
      const list = tightest.get(key);
      if (list === undefined) tightest.set(key, [f]);
      else list.push(f);
    }
    if (at < 0) content.push(f);
  }
  if (content.length > 0) {
    for (const f of content) freeze(f, (flows[f] as Flow).demandBps - (rateBps[f] ?? 0), -1);
    const done = new Set(content);
    return rest.filter((f) => !done.has(f));
  }
  return freezeTightest(rest, flows, width, level, countOf, tightest, freeze);
}

function freezeTightest(
  open: readonly number[],
  flows: readonly Flow[],
  width: number,
  level: Float64Array,
  countOf: Int32Array,
  tightest: ReadonlyMap<number, readonly number[]>,
  freeze: (f: number, rate: number, at: number) => void,
): number[] {
  const frozen = new Set<number>();
  const complete = [...tightest].filter(([key, list]) => list.length === countOf[key]);
  for (const [key, list] of complete) {
    const rate = level[key] ?? 0;
    for (const f of list) {
      if (frozen.has(f)) continue;
      frozen.add(f);
      freeze(f, rate * (flows[f] as Flow).weight, Math.floor(key / width));
    }
  }
  // Rounding may leave no queue complete; the first open flow then ends the round.
  const first = open[0];
  if (frozen.size === 0 && first !== undefined) {
    const flow = flows[first] as Flow;
    const least = Math.min(...flow.channels.map((c) => level[c * width + flow.queue] ?? 0));
    const at = flow.channels.find((c) => level[c * width + flow.queue] === least) ?? -1;
    frozen.add(first);
    freeze(first, least * flow.weight, at);
  }
  return open.filter((f) => !frozen.has(f));
}
