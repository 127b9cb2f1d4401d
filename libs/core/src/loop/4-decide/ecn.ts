import type { ActionSpec, EcnAction } from '../../model';
import type { QueueSettings } from '../../ports';
import { profileOf } from '../network';
import { isStanding, markingThresholds, type Evidence, type QueueEvidence } from '../evidence';
import type { Pass } from '../pass';
import { maxUtilization } from './buffer';
import { overflowsAtOnce } from './burst';
import type { Candidate } from './draft';
import { climb, depthAfter, leastMinBytes, STEP, USUAL_RTT_US, type Climb } from './ecn-climb';
import { triedSteps } from './ecn-history';
import { isPauseRising } from './pause';
import { channelOf, splitQueue } from './queue-key';

type EcnSpec = Extract<ActionSpec, { type: 'ecn' }>;
type Setting = EcnAction['settings'][number];

/** Loss below this in a queue is not worth a change of its marking (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;

type Direction = 'earlier' | 'later';

/** A queue whose senders should be told earlier, or less, and what that would be worth. */
interface Need {
  readonly queue: QueueEvidence;
  readonly setting: Setting;
  readonly climb: Climb;
  readonly direction: Direction;
  readonly rttUs: number;
  readonly capacityBps: number;
  /** Steps on this queue that were measured before. */
  readonly triedCount: number;
  /** Time that a pass of it takes less, ms; 0 where it is about loss. */
  readonly removedMs: number;
  /** Share of its depth that goes away. */
  readonly goneRatio: number;
}

/**
 * ECN marking on the queues of the named classes that lose packets on the path, and on the
 * workload's own ones that stand deeper than their links need: Kmin and Kmax scaled with the line
 * rate, or one step of a hill-climb where marking is on already. Queues of a job that are marked
 * although their links are not full are told less. A change turns one knob only, so that its verdict
 * says something about it.
 */
export function ecnCandidate(pass: Pass, spec: EcnSpec, evidence: Evidence): Candidate | null {
  const needs: Need[] = [];
  const devices = new Set<string>();
  const limit = pass.env.policy.limits.maxDevicesPerChange;
  for (const { queue, direction } of mostUrgent(pass, spec, evidence)) {
    const need = needOf(pass, spec, evidence, queue, direction);
    if (need === null || !turnsSame(needs[0], need)) continue;
    const { device } = need.setting;
    if (!devices.has(device) && devices.size >= limit) continue;
    devices.add(device);
    needs.push(need);
  }
  const [first] = needs;
  if (first === undefined) return null;
  return {
    action: { type: 'ecn', settings: needs.map(({ setting }) => setting) },
    predicted: {
      gainRatio: gainOf(evidence, needs),
      uncertaintyRatio: 0.5,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation: explain(needs),
    },
    method: first.climb.step === null ? 'start-values' : 'hill-climb',
    notes: notesOf(spec, first),
  };
}

/** Start values go together with steps of both thresholds. */
const knobOf = ({ climb: { step } }: Need): string => step?.knob ?? 'thresholds';
const turnsSame = (first: Need | undefined, need: Need): boolean =>
  first === undefined || (knobOf(first) === knobOf(need) && first.direction === need.direction);

interface Urgent {
  readonly queue: QueueEvidence;
  readonly direction: Direction;
}

/** Queues that lose, the worst first, then those that stand; where there are none, idle ones. */
function mostUrgent(pass: Pass, spec: EcnSpec, evidence: Evidence): readonly Urgent[] {
  const requests = evidence.state.objective.metric === 'request-latency';
  const wanted = evidence.queues.filter((queue) => isWanted(pass, spec, queue));
  const earlier = wanted
    .filter((queue) => isLossy(queue) || (requests && queue.own && isStanding(queue)))
    .sort((a, b) => lossOf(b) - lossOf(a) || b.standingRatio - a.standingRatio);
  if (earlier.length > 0 || requests)
    return earlier.map((queue) => ({ queue, direction: 'earlier' }));
  return wanted
    .filter((queue) => queue.own && isHeldBack(evidence, queue))
    .sort((a, b) => b.markRatio - a.markRatio)
    .map((queue) => ({ queue, direction: 'later' }));
}

/** From this share of marked packets on, senders are held back by them. */
const MARKED = 0.1;
/** A link below this has room that its senders do not take. */
const FULL = 0.8;

/** Marked much, although its link is not full, nothing is lost and nothing stands. */
function isHeldBack({ channels }: Evidence, queue: QueueEvidence): boolean {
  const channel = channels.find((item) => item.key === channelOf(queue.key));
  const clean = queue.standingRatio <= 1 && lossOf(queue) === 0;
  return clean && queue.markRatio > MARKED && (channel?.meanUtilizationRatio ?? NaN) < FULL;
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

function needOf(
  pass: Pass,
  spec: EcnSpec,
  evidence: Evidence,
  queue: QueueEvidence,
  direction: Direction,
): Need | null {
  const at = splitQueue(queue.key);
  const image = pass.observed.images.get(at.device);
  const capacityBps = pass.env.topology.devices
    .get(at.device)
    ?.interfaces.get(at.interface)?.capacityBps;
  if (image === undefined || capacityBps === undefined) return null;
  const { maxBytes } = markingThresholds(spec, capacityBps);
  // What the policy lets stand is not lowered for standing.
  if (direction === 'earlier' && !isLossy(queue) && !(queue.meanDepthBytes > maxBytes)) return null;
  if (isPauseRising(pass, channelOf(queue.key))) return null;
  const settings = profileOf(pass, at.device)?.queue(image, at.interface, at.queue) ?? null;
  const present = settings?.ecn ?? null;
  const tried = triedSteps(pass, queue.key);
  const rttUs = spec.rttUs ?? USUAL_RTT_US;
  const next = climb({
    scale: spec,
    probabilityPercent: spec.maxProbabilityPercent,
    rttUs,
    capacityBps,
    limitBytes: settings?.limitBytes ?? null,
    present,
    direction,
    tried,
  });
  if (next === null) return null;
  if (direction === 'earlier')
    if (overflowsAtOnce(pass, evidence, queue, settings, next.values.minBytes)) return null;
  return {
    queue,
    setting: {
      device: at.device,
      interface: at.interface,
      queue: at.queue,
      minThresholdBytes: next.values.minBytes,
      maxThresholdBytes: next.values.maxBytes,
      maxProbabilityPercent: next.values.probabilityPercent,
    },
    climb: next,
    direction,
    rttUs,
    capacityBps,
    triedCount: tried.length,
    ...savedBy(evidence, queue, present, next, capacityBps),
  };
}

/** What stands after the change: with a step of the thresholds no more than the upper one. */
function savedBy(
  evidence: Evidence,
  queue: QueueEvidence,
  present: QueueSettings['ecn'],
  { values, step }: Climb,
  capacityBps: number,
): Pick<Need, 'removedMs' | 'goneRatio'> {
  const depth = queue.meanDepthBytes;
  const after =
    step === null || present === null || step.knob === 'thresholds'
      ? values.maxBytes
      : depthAfter(
          depth,
          {
            minBytes: present.minThresholdBytes,
            maxBytes: present.maxThresholdBytes,
            probabilityPercent: present.maxProbabilityPercent,
          },
          values,
        );
  const goneBytes = isStanding(queue) ? Math.max(0, depth - after) : 0;
  const felt = queue.own && isFelt(evidence, queue);
  return {
    removedMs: felt ? (goneBytes * 8000) / capacityBps : 0,
    goneRatio: goneBytes / depth || 0,
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
  if (needs[0]?.direction === 'later') return -Math.min(excess, MOST_OF_RELAXING);
  if (needs.some(({ queue }) => isLossy(queue))) return -excess;
  const gains = needs.map(({ removedMs, goneRatio }) =>
    Math.min(excess * goneRatio, (PASSES * removedMs) / state.quantileMs),
  );
  return -Math.max(0, ...gains);
}

/** Marking that was too strict cost a training fabric about 5 % (Meta, SIGCOMM 2024, section 5). */
const MOST_OF_RELAXING = 0.05;

function explain(needs: readonly Need[]): string {
  const { queue, removedMs } = needs.reduce((top, need) =>
    !isLossy(top.queue) && need.removedMs > top.removedMs ? need : top,
  );
  if (needs[0]?.direction === 'later')
    return (
      `${queue.key} marks ${(queue.markRatio * 100).toFixed(0)} % of its packets although its link ` +
      'is not full; its senders are held back less'
    );
  if (isLossy(queue))
    return `${queue.key} loses ${(lossOf(queue) * 100).toFixed(2)} %; its senders are told before it is full`;
  return (
    `${queue.key} stands at ${Math.round(queue.meanDepthBytes)} bytes, ` +
    `${queue.standingRatio.toFixed(1)} times what its link needs; ` +
    `marked earlier, each pass takes ${removedMs.toFixed(1)} ms less`
  );
}

/** What a reader should know about the values. */
function notesOf(spec: EcnSpec, need: Need): readonly string[] {
  const { climb: found, setting, capacityBps, rttUs, triedCount, direction } = need;
  const { minThresholdBytes, maxThresholdBytes, maxProbabilityPercent } = setting;
  const values = `Kmin ${minThresholdBytes} B, Kmax ${maxThresholdBytes} B, Pmax ${maxProbabilityPercent} %`;
  const least = Math.ceil(leastMinBytes(capacityBps, rttUs));
  return [
    found.step === null
      ? `start values for ${capacityBps / 1e9} Gb/s, ${spec.minThresholdBytesAt25G} and ${spec.maxThresholdBytesAt25G} B at 25 Gb/s: ${values}`
      : `one step of ${found.step.knob}, ${direction} by ${STEP}: ${values}; ${triedCount} measured steps before it`,
    `Kmin stays at ${least} B at the least: C x RTT / 7 for ${rttUs} us (DCTCP), or four frames`,
  ];
}
