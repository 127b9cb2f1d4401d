import type { ActionSpec, EcnAction } from '../../model';
import type { QueueSettings } from '../../ports';
import { profileOf } from '../network';
import type { Evidence, QueueEvidence } from '../evidence';
import type { Pass } from '../pass';
import { maxUtilization, splitQueue } from './buffer';
import type { Candidate } from './draft';

type EcnSpec = Extract<ActionSpec, { type: 'ecn' }>;

/** Loss below this in a queue is not worth a change of its marking (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;
const BPS_25G = 25e9;
/** Step of the thresholds where marking is on already and packets are still lost. */
const STEP = 1.25;

/**
 * ECN marking on the queues of the named classes that lose packets on the path: Kmin and Kmax
 * scaled from their 25 Gb/s values with the line rate (HPCC's DCQCN setting), or one step lower
 * than they are where marking is on already.
 */
export function ecnCandidate(pass: Pass, spec: EcnSpec, evidence: Evidence): Candidate | null {
  const lossy = evidence.queues
    .filter((queue) => lossOf(queue) > LOSSY_RATIO && wanted(pass, spec, queue))
    .sort((a, b) => lossOf(b) - lossOf(a));
  const settings: EcnAction['settings'][number][] = [];
  const devices = new Set<string>();
  for (const queue of lossy) {
    const setting = marking(pass, spec, queue);
    if (setting === null) continue;
    const limit = pass.env.policy.limits.maxDevicesPerChange;
    if (!devices.has(setting.device) && devices.size >= limit) continue;
    devices.add(setting.device);
    settings.push(setting);
  }
  const worst = lossy[0];
  if (settings.length === 0 || worst === undefined) return null;
  return {
    action: { type: 'ecn', settings },
    predicted: {
      // Loss gone, the workload is back at its healthy figure; how much else there is, is unknown.
      gainRatio: healthyMs(evidence) / evidence.state.quantileMs - 1,
      uncertaintyRatio: 0.5,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation: `${worst.key} loses ${(lossOf(worst) * 100).toFixed(2)} %; its senders are told before it is full`,
    },
  };
}

/** Now or of late: a burst overflows in one sample and not in the next. */
const lossOf = ({ lossRatio, recentLossRatio }: QueueEvidence): number =>
  Math.max(lossRatio || 0, recentLossRatio || 0);

function wanted(pass: Pass, spec: EcnSpec, queue: QueueEvidence): boolean {
  const at = splitQueue(queue.key);
  const device = pass.env.topology.devices.get(at.device);
  if (device === undefined) return false;
  return [...device.queueOfClass].some(
    ([trafficClass, name]) => name === at.queue && spec.classes.includes(trafficClass),
  );
}

function marking(pass: Pass, spec: EcnSpec, queue: QueueEvidence) {
  const at = splitQueue(queue.key);
  const image = pass.observed.images.get(at.device);
  const capacity = pass.env.topology.devices
    .get(at.device)
    ?.interfaces.get(at.interface)?.capacityBps;
  if (image === undefined || capacity === undefined) return null;
  const present = profileOf(pass, at.device)?.queue(image, at.interface, at.queue) ?? null;
  const scale = capacity / BPS_25G;
  const wantedMin = Math.round(spec.minThresholdBytesAt25G * scale);
  const wantedMax = Math.round(spec.maxThresholdBytesAt25G * scale);
  const [minThresholdBytes, maxThresholdBytes] = nextThresholds(present, wantedMin, wantedMax);
  return {
    device: at.device,
    interface: at.interface,
    queue: at.queue,
    minThresholdBytes,
    maxThresholdBytes,
    maxProbabilityPercent: spec.maxProbabilityPercent,
  };
}

function nextThresholds(present: QueueSettings | null, min: number, max: number): [number, number] {
  const ecn = present?.ecn;
  if (ecn === null || ecn === undefined || !ecn.enabled || ecn.minThresholdBytes > min)
    return [min, max];
  return [Math.round(ecn.minThresholdBytes / STEP), Math.round(ecn.maxThresholdBytes / STEP)];
}

const healthyMs = ({ state, thresholdMs }: Evidence): number =>
  Number.isNaN(state.healthyMs) ? thresholdMs : state.healthyMs;
