/** A large flow and where it could go. */
export interface ElephantFlow {
  /** Rate that it would have if only its hosts held it back, bps. */
  readonly demandBps: number;
  /** Paths in the order in which they are tried; each is the channels that it loads. */
  readonly paths: readonly (readonly number[])[];
}

/** Rounding of sums of demands must not turn away what fits exactly. */
const SLACK = 1e-9;

/**
 * Global First Fit (Al-Fares, Radhakrishnan, Raghavan, Huang and Vahdat, "Hedera: Dynamic Flow
 * Scheduling for Data Center Networks", NSDI 2010, 4.2.1): each flow, in the order given, takes
 * the first of its paths where every channel still has room for its demand, and reserves it.
 * The path of each flow, -1 where it fits nowhere and stays with its hash. `reservedBps`: what is
 * taken before the first one, by channel; nothing unless told.
 */
export function globalFirstFit(
  flows: readonly ElephantFlow[],
  capacityBps: ArrayLike<number>,
  reservedBps?: ArrayLike<number>,
): Int32Array<ArrayBuffer> {
  const reserved = new Float64Array(capacityBps.length);
  if (reservedBps !== undefined) reserved.set(reservedBps);
  const chosen = new Int32Array(flows.length).fill(-1);
  flows.forEach(({ demandBps, paths }, flow) => {
    const fits = (channel: number): boolean => {
      const capacity = capacityBps[channel] ?? 0;
      return (reserved[channel] ?? Infinity) + demandBps <= capacity * (1 + SLACK);
    };
    const at = paths.findIndex((path) => path.every(fits));
    chosen[flow] = at;
    for (const channel of paths[at] ?? []) reserved[channel]! += demandBps;
  });
  return chosen;
}
