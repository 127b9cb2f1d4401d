import type { ActionSpec, BufferAction } from '../../model';
import { splitChannel, profileOf } from '../network';
import type { Evidence, QueueEvidence } from '../evidence';
import type { Pass } from '../pass';
import type { Candidate } from './draft';

type BufferSpec = Extract<ActionSpec, { type: 'buffer' }>;

/** Below this share of its limit a queue is not what holds the workload up. */
const FULL_RATIO = 0.4;
/** Loss of a queue that shows that it was at its limit, however short (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;

/**
 * A larger share of the shared buffer for the workload's own queue where it is at its limit: the
 * exponent of the dynamic threshold is raised by one step (Choudhury and Hahne 1998; OpenConfig
 * dynamic-limit-scaling-factor, SONiC dynamic_th).
 */
export function bufferCandidate(
  pass: Pass,
  spec: BufferSpec,
  evidence: Evidence,
): Candidate | null {
  const fanIn = new Map(evidence.channels.map((item) => [item.key, item.fanIn]));
  // A link that drains too slowly fills any queue; more room would only add to the delay.
  const slow = new Set(evidence.channels.filter((item) => item.slow).map((item) => item.key));
  const full = evidence.queues
    .filter((queue) => queue.own && !slow.has(channelOf(queue)))
    .filter((queue) => isFull(queue) || overflows(queue, fanIn.get(channelOf(queue)) ?? 0))
    .sort((a, b) => b.depthRatio - a.depthRatio || b.recentLossRatio - a.recentLossRatio);
  const settings: BufferAction['settings'][number][] = [];
  const devices = new Set<string>();
  let limitGrowth = 1;
  for (const queue of full) {
    const raised = raise(pass, spec, queue);
    if (raised === null) continue;
    const limit = pass.env.policy.limits.maxDevicesPerChange;
    if (!devices.has(raised.setting.device) && devices.size >= limit) continue;
    devices.add(raised.setting.device);
    settings.push(raised.setting);
    limitGrowth = Math.max(limitGrowth, raised.growth);
  }
  const worst = full[0];
  if (settings.length === 0 || worst === undefined) return null;
  return {
    action: { type: 'buffer', settings },
    predicted: {
      gainRatio: 1 / limitGrowth - 1,
      uncertaintyRatio: 0.4,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation:
        `${worst.key} stands at ${(worst.depthRatio * 100).toFixed(0)} % of its limit and loses ` +
        `${((worst.recentLossRatio || 0) * 100).toFixed(2)} %; the limit grows ${limitGrowth}-fold`,
    },
  };
}

/** Bursts that overflow a queue leave it empty most of the time; the loss tells. */
const isFull = (queue: QueueEvidence): boolean =>
  queue.depthRatio > FULL_RATIO || queue.recentLossRatio > LOSSY_RATIO;

/** Ports where many senders meet take turns in losing; what is done for one is done for all. */
const overflows = (queue: QueueEvidence, fanIn: number): boolean =>
  fanIn >= MANY_SENDERS && queue.recentLossRatio > ANY_LOSS;
const MANY_SENDERS = 4;
const ANY_LOSS = 1e-5;

const channelOf = ({ key }: QueueEvidence): string => key.slice(0, key.lastIndexOf(':'));

export const maxUtilization = (evidence: Evidence): number =>
  evidence.channels.reduce((top, item) => Math.max(top, item.utilizationRatio || 0), 0);

/** Queue key `device:interface:queue` taken apart. */
export function splitQueue(key: string) {
  const last = key.lastIndexOf(':');
  return { ...splitChannel(key.slice(0, last)), queue: key.slice(last + 1) };
}

function raise(pass: Pass, spec: BufferSpec, queue: QueueEvidence) {
  const at = splitQueue(queue.key);
  const image = pass.observed.images.get(at.device);
  const present =
    image === undefined ? null : profileOf(pass, at.device)?.queue(image, at.interface, at.queue);
  if (present?.scalingFactor === null || present?.scalingFactor === undefined) return null;
  const scalingFactor = Math.min(present.scalingFactor + spec.stepExponent, spec.maxScalingFactor);
  if (scalingFactor <= present.scalingFactor) return null;
  return {
    setting: { device: at.device, interface: at.interface, queue: at.queue, scalingFactor },
    growth: 2 ** (scalingFactor - present.scalingFactor),
  };
}
