import type { Change, FrameLayout } from '../../model';
import { channelsOf, devicesOnPaths, splitChannel } from '../network';
import type { ObjectiveSample, ObjectiveState } from '../observed';
import type { Pass } from '../pass';

export function median(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (known.length === 0) return NaN;
  const middle = known.length >> 1;
  const upper = known[middle] as number;
  return known.length % 2 === 1 ? upper : (upper + (known[middle - 1] as number)) / 2;
}

/** Whether the objective's traffic crosses a device that the change writes. */
export function touchesObjective(pass: Pass, change: Change, state: ObjectiveState): boolean {
  for (const device of devicesOnPaths(pass, state.objective))
    if (change.devices[device] !== undefined) return true;
  return false;
}

/**
 * Largest loss ratio on the links and queues that the change touches, on some of its devices or on
 * all; 0 when unknown. A scheduler that serves one queue more serves another less by intent, and
 * bulk that is held back drops more until its senders are slower: there only queues count whose
 * class has an objective on the port.
 */
export function touchedLoss(pass: Pass, change: Change, on?: readonly string[]): number {
  const frame = pass.observed.frame;
  if (frame === null) return 0;
  let loss = 0;
  for (const key of change.plan.touches.links) {
    const { device } = splitChannel(key);
    if (on !== undefined && !on.includes(device)) continue;
    const channel = frame.layout.channelIndex.get(key);
    const byQueue = change.action.type === 'scheduler' || change.action.type === 'qos';
    if (channel !== undefined && !byQueue)
      loss = Math.max(loss, frame.channels.lossRatio[channel] || 0);
    const queues = pass.env.topology.devices.get(device)?.queueOfClass.values() ?? [];
    for (const name of byQueue ? queuesWithObjective(pass, key) : queues) {
      const queue = frame.layout.queueIndex.get(`${key}:${name}`);
      if (queue !== undefined) loss = Math.max(loss, frame.queues.lossRatio[queue] || 0);
    }
  }
  return loss;
}

/**
 * Most pause frames per second, received or sent, at any port of the written devices: a queue that
 * fills stops those who send to it, and they stop theirs. NaN when unknown.
 */
export function touchedPauses(
  change: Change,
  layout: FrameLayout,
  { pauseRxPps, pauseTxPps }: Record<'pauseRxPps' | 'pauseTxPps', Float64Array>,
): number {
  let most = NaN;
  layout.channels.forEach(({ device }, row) => {
    if (change.devices[layout.devices[device] ?? ''] === undefined) return;
    for (const value of [pauseRxPps[row], pauseTxPps[row]])
      if (value !== undefined && !(value <= most) && !Number.isNaN(value)) most = value;
  });
  return most;
}

/** Queues of a port whose class has an objective with traffic on it. */
function queuesWithObjective(pass: Pass, channel: string): ReadonlySet<string> {
  const device = pass.env.topology.devices.get(splitChannel(channel).device);
  const names = new Set<string>();
  for (const { objective } of pass.observed.objectives.values()) {
    const name = device?.queueOfClass.get(objective.class);
    if (name !== undefined && channelsOf(pass, objective).has(channel)) names.add(name);
  }
  return names;
}

/** Samples of an objective that arrived after the change had settled. */
export const samplesAfter = (state: ObjectiveState, fromMs: number): readonly ObjectiveSample[] =>
  state.samples.filter((sample) => sample.atMs > fromMs);

export const quantilesOf = (samples: readonly ObjectiveSample[]): readonly number[] =>
  samples.map((sample) => sample.quantileMs);

/** Samples of the time before a change that count, newest first. */
const BEFORE_SAMPLES = 20;

/** Fewer samples than these in the time of the incident say too little of another objective. */
const FEWEST_BEFORE = 3;

/**
 * What others measured in the time that the change's own objective is compared with; rare samples
 * would otherwise reach back to before the incident, and all be worse after it.
 */
export function comparable(pass: Pass, change: Change, state: ObjectiveState): readonly number[] {
  const inside = samplesBefore(pass, change, state);
  if (inside.length >= FEWEST_BEFORE) return quantilesOf(inside);
  return quantilesOf(state.samples.slice(-FEWEST_BEFORE));
}

/** Monotonic time at which the first device began to be written. */
export const changeBeginsMs = (pass: Pass, change: Change): number =>
  (change.times.applying ?? pass.now.wallMs) + pass.now.monoMs - pass.now.wallMs;

/**
 * The time before the change began, as bad as it was: for an incident only since it was first
 * seen, so that the healthy time before it does not make every change look harmful.
 */
export function samplesBefore(
  pass: Pass,
  change: Change,
  state: ObjectiveState,
): readonly ObjectiveSample[] {
  const untilMs = changeBeginsMs(pass, change);
  const fromMs = (change.times.observed ?? -Infinity) + pass.now.monoMs - pass.now.wallMs;
  const inside = state.samples.filter((sample) => sample.atMs >= fromMs && sample.atMs <= untilMs);
  return inside.slice(-BEFORE_SAMPLES);
}
