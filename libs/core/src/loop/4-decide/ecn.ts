import type { ActionSpec, EcnAction } from '../../model';
import { profileOf } from '../network';
import { isStanding, markingThresholds, type Evidence, type QueueEvidence } from '../evidence';
import type { Pass } from '../pass';
import { maxUtilization, splitQueue } from './buffer';
import type { Candidate } from './draft';
import { nextThresholds } from './marking';

type EcnSpec = Extract<ActionSpec, { type: 'ecn' }>;
type Setting = EcnAction['settings'][number];

/** Loss below this in a queue is not worth a change of its marking (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;

/** A queue whose senders should be told earlier, and what that would be worth. */
interface Need {
  readonly queue: QueueEvidence;
  readonly setting: Setting;
  /** Time that a pass of it takes less, ms; 0 where it is about loss. */
  readonly removedMs: number;
  /** Share of its depth that goes away. */
  readonly goneRatio: number;
}

/**
 * ECN marking on the queues of the named classes that lose packets on the path, and on the
 * workload's own ones that stand deeper than their links need: Kmin and Kmax scaled with the line
 * rate, or one step lower than they are where marking is on already.
 */
export function ecnCandidate(pass: Pass, spec: EcnSpec, evidence: Evidence): Candidate | null {
  const needs: Need[] = [];
  const devices = new Set<string>();
  const limit = pass.env.policy.limits.maxDevicesPerChange;
  for (const queue of mostUrgent(pass, spec, evidence)) {
    const need = needOf(pass, spec, evidence, queue);
    if (need === null) continue;
    const { device } = need.setting;
    if (!devices.has(device) && devices.size >= limit) continue;
    devices.add(device);
    needs.push(need);
  }
  if (needs.length === 0) return null;
  return {
    action: { type: 'ecn', settings: needs.map(({ setting }) => setting) },
    predicted: {
      gainRatio: gainOf(evidence, needs),
      uncertaintyRatio: 0.5,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation: explain(needs),
    },
  };
}

/** Queues that lose, the worst first, and then those that stand. */
function mostUrgent(pass: Pass, spec: EcnSpec, { queues, state }: Evidence): QueueEvidence[] {
  const requests = state.objective.metric === 'request-latency';
  return queues
    .filter((queue) => isLossy(queue) || (requests && queue.own && isStanding(queue)))
    .filter((queue) => isWanted(pass, spec, queue))
    .sort((a, b) => lossOf(b) - lossOf(a) || b.standingRatio - a.standingRatio);
}

/** Now or of late: a burst overflows in one sample and not in the next. */
const lossOf = ({ lossRatio, recentLossRatio }: QueueEvidence): number =>
  Math.max(lossRatio || 0, recentLossRatio || 0);
const isLossy = (queue: QueueEvidence): boolean => lossOf(queue) > LOSSY_RATIO;

function isWanted(pass: Pass, spec: EcnSpec, queue: QueueEvidence): boolean {
  const at = splitQueue(queue.key);
  const device = pass.env.topology.devices.get(at.device);
  if (device === undefined) return false;
  return [...device.queueOfClass].some(
    ([trafficClass, name]) => name === at.queue && spec.classes.includes(trafficClass),
  );
}

function needOf(pass: Pass, spec: EcnSpec, evidence: Evidence, queue: QueueEvidence): Need | null {
  const at = splitQueue(queue.key);
  const image = pass.observed.images.get(at.device);
  const capacityBps = pass.env.topology.devices
    .get(at.device)
    ?.interfaces.get(at.interface)?.capacityBps;
  if (image === undefined || capacityBps === undefined) return null;
  const { maxBytes } = markingThresholds(spec, capacityBps);
  // What the policy lets stand is not lowered for standing.
  if (!isLossy(queue) && !(queue.meanDepthBytes > maxBytes)) return null;
  const present = profileOf(pass, at.device)?.queue(image, at.interface, at.queue)?.ecn ?? null;
  const next = nextThresholds(spec, capacityBps, present);
  if (next === null) return null;
  const setting = {
    device: at.device,
    interface: at.interface,
    queue: at.queue,
    minThresholdBytes: next.minBytes,
    maxThresholdBytes: next.maxBytes,
    maxProbabilityPercent: spec.maxProbabilityPercent,
  };
  const goneBytes = isStanding(queue) ? Math.max(0, queue.meanDepthBytes - next.maxBytes) : 0;
  const felt = queue.own && isFelt(evidence, queue);
  return {
    queue,
    setting,
    removedMs: felt ? (goneBytes * 8000) / capacityBps : 0,
    goneRatio: goneBytes / queue.meanDepthBytes || 0,
  };
}

/** Whether enough requests pass it for the objective's quantile to feel it. */
function isFelt({ channels, state }: Evidence, { key }: QueueEvidence): boolean {
  const channel = channels.find((item) => item.key === key.slice(0, key.lastIndexOf(':')));
  return (channel?.share ?? 0) > 1 - state.objective.quantile;
}

/** A request passes a queue some times: to set up, in slow start, for what it asks and gets. */
const PASSES = 4;

/**
 * Where packets are lost, and are not any more, the workload is back at its healthy figure; how
 * much else there is, is unknown. Where a queue stands, what the quantile has above its healthy
 * figure shrinks as the queue does, as far as some passes of it explain that. Of several queues in
 * a row the deepest is counted, which is the least that it can be.
 */
function gainOf(evidence: Evidence, needs: readonly Need[]): number {
  const { state, thresholdMs } = evidence;
  const healthyMs = Number.isNaN(state.healthyMs) ? thresholdMs : state.healthyMs;
  const excess = Math.max(0, 1 - healthyMs / state.quantileMs);
  if (needs.some(({ queue }) => isLossy(queue))) return -excess;
  const gains = needs.map(({ removedMs, goneRatio }) =>
    Math.min(excess * goneRatio, (PASSES * removedMs) / state.quantileMs),
  );
  return -Math.max(0, ...gains);
}

function explain(needs: readonly Need[]): string {
  const { queue, removedMs } = needs.reduce((top, need) =>
    !isLossy(top.queue) && need.removedMs > top.removedMs ? need : top,
  );
  if (isLossy(queue))
    return `${queue.key} loses ${(lossOf(queue) * 100).toFixed(2)} %; its senders are told before it is full`;
  return (
    `${queue.key} stands at ${Math.round(queue.meanDepthBytes)} bytes, ` +
    `${queue.standingRatio.toFixed(1)} times what its link needs; ` +
    `marked earlier, each pass takes ${removedMs.toFixed(1)} ms less`
  );
}
