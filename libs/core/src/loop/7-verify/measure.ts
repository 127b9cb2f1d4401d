import type { Change } from '../../model';
import { devicesOnPaths, splitChannel } from '../network';
import type { ObjectiveState } from '../observed';
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

/** Largest loss ratio on the links and queues that the change touches; 0 when unknown. */
export function touchedLoss(pass: Pass, change: Change): number {
  const frame = pass.observed.frame;
  if (frame === null) return 0;
  let loss = 0;
  for (const key of change.plan.touches.links) {
    const channel = frame.layout.channelIndex.get(key);
    if (channel !== undefined) loss = Math.max(loss, frame.channels.lossRatio[channel] || 0);
    const { device } = splitChannel(key);
    const names = pass.env.topology.devices.get(device)?.queueOfClass.values() ?? [];
    for (const name of names) {
      const queue = frame.layout.queueIndex.get(`${key}:${name}`);
      if (queue !== undefined) loss = Math.max(loss, frame.queues.lossRatio[queue] || 0);
    }
  }
  return loss;
}

/** Samples of an objective that arrived after the change had settled. */
export function samplesAfter(state: ObjectiveState, fromMs: number): readonly number[] {
  return state.samples.filter((sample) => sample.atMs > fromMs).map((sample) => sample.quantileMs);
}
