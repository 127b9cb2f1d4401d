import type { Evidence, QueueEvidence } from '../evidence';
import type { Pass } from '../pass';
import { raised, type BufferSpec, type Raise } from './buffer-size';
import { MANY_SENDERS } from './burst';
import type { Candidate } from './draft';
import { channelOf } from './queue-key';

/** Below this share of its limit a queue is not what holds the workload up. */
const FULL_RATIO = 0.4;
/** Loss of a queue that shows that it was at its limit, however short (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;

/**
 * More room for the workload's own queue where it is at its limit. Where it is known what the queue
 * has to hold, the dynamic threshold (Choudhury and Hahne 1998; OpenConfig
 * dynamic-limit-scaling-factor, SONiC dynamic_th) becomes the smallest one that gives it that, and a
 * static limit becomes that; else it grows by a step.
 */
export function bufferCandidate(
  pass: Pass,
  spec: BufferSpec,
  evidence: Evidence,
): Candidate | null {
  const fanIns = new Map(evidence.channels.map((item) => [item.key, item.fanIn]));
  const fanIn = ({ key }: QueueEvidence): number => fanIns.get(channelOf(key)) ?? 0;
  // A link that drains too slowly fills any queue; more room would only add to the delay.
  const slow = new Set(evidence.channels.filter((item) => item.slow).map((item) => item.key));
  const found = evidence.queues
    .filter((queue) => queue.own && !slow.has(channelOf(queue.key)))
    .filter((queue) => isFull(queue) || overflows(queue, fanIn(queue)))
    .sort((a, b) => b.depthRatio - a.depthRatio || b.recentLossRatio - a.recentLossRatio);
  const full = new Set(found.map(({ key }) => key));
  const raises: Raise[] = [];
  const devices = new Set<string>();
  for (const queue of found) {
    const more = raised(pass, spec, evidence, { queue, fanIn: fanIn(queue), full });
    if (more === null) continue;
    const limit = pass.env.policy.limits.maxDevicesPerChange;
    if (!devices.has(more.setting.device) && devices.size >= limit) continue;
    devices.add(more.setting.device);
    raises.push(more);
  }
  const [worst] = found;
  const [first] = raises;
  if (first === undefined || worst === undefined) return null;
  const growth = Math.max(1, ...raises.map((item) => item.growth));
  return {
    action: { type: 'buffer', settings: raises.map(({ setting }) => setting) },
    predicted: {
      gainRatio: 1 / growth - 1,
      uncertaintyRatio: 0.4,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation:
        `${worst.key} stands at ${(worst.depthRatio * 100).toFixed(0)} % of its limit and loses ` +
        `${((worst.recentLossRatio || 0) * 100).toFixed(2)} %; ` +
        `the limit grows ${Number(growth.toFixed(2))}-fold`,
    },
    method: first.method,
    notes: raises.slice(0, MOST_NOTES).map(({ note }) => note),
  };
}

const MOST_NOTES = 4;

/** Bursts that overflow a queue leave it empty most of the time; the loss tells. */
const isFull = (queue: QueueEvidence): boolean =>
  queue.depthRatio > FULL_RATIO || queue.recentLossRatio > LOSSY_RATIO;

/** Ports where many senders meet take turns in losing; what is done for one is done for all. */
const overflows = (queue: QueueEvidence, fanIn: number): boolean =>
  fanIn >= MANY_SENDERS && queue.recentLossRatio > ANY_LOSS;
const ANY_LOSS = 1e-5;

export const maxUtilization = (evidence: Evidence): number =>
  evidence.channels.reduce((top, item) => Math.max(top, item.utilizationRatio || 0), 0);
