/** What the weight of a starved queue is to be made from; rates in bps. */
export interface WeightQuestion {
  readonly weight: number;
  /** Weights of all queues of the scheduler, its own included. */
  readonly totalWeight: number;
  /** What the port leaves to the scheduler. */
  readonly capacityBps: number;
  /** What the queue is to be guaranteed whoever else sends. */
  readonly wantedBps: number;
  /** Most that it may be guaranteed, as share of the scheduler's capacity, below 1. */
  readonly maxShareRatio: number;
  /** Queues that send beside it. */
  readonly rivals: readonly { readonly weight: number; readonly needBps: number }[];
}

/**
 * Smallest whole weight that guarantees the wanted rate: a queue served by weight gets at least
 * weight / (sum of the weights) of the capacity (generalised processor sharing, Parekh and Gallager
 * 1993). Less where the share would be above the limit, or where a rival beside those that send
 * would be left less than it needs; null when nothing above the present weight is allowed.
 */
export function weightFor(question: WeightQuestion): number | null {
  const { weight, totalWeight, capacityBps, wantedBps, maxShareRatio, rivals } = question;
  const others = totalWeight - weight;
  if (!(others > 0) || !(capacityBps > 0)) return null;
  const ratio = Math.min(wantedBps / capacityBps, maxShareRatio);
  const wanted = Math.ceil(weightAt(ratio, others) - ROUNDING);
  const most = Math.floor(weightAt(maxShareRatio, others) + ROUNDING);
  const sending = rivals.reduce((sum, rival) => sum + rival.weight, 0);
  const bearable = rivals.map(({ weight: own, needBps }) =>
    // own / (weight + sending) x capacity >= need
    needBps === 0 ? Infinity : Math.floor((own * capacityBps) / needBps - sending + ROUNDING),
  );
  // A need that is not known is NaN, and allows nothing.
  const allowed = Math.min(wanted, most, ...bearable);
  return allowed > weight ? allowed : null;
}

const ROUNDING = 1e-9;

/** Weight of a queue that has this share beside others with these weights. */
const weightAt = (ratio: number, others: number): number => (ratio * others) / (1 - ratio);
