import { assert } from '@weir/core/base';
import type { Network } from '../network/network';
import { trueCapacityBps } from '../network/network';
import type { Routing } from '../network/routing';
import { DEFAULT_QUEUE, type QueueSetting } from '../network/settings';
import { integrateBurst } from '../buffers/burst';
import {
  lossForShare,
  markedDepth,
  SAWTOOTH_MEAN_RATIO,
  smoothDepthBytes,
} from './congestion-control';
import { limitOf, roomFor, shareBuffer, type BufferClaim } from '../buffers/dynamic-threshold';
import { mergedBursts, type Crowd, type QueueLoad } from './queue-load';

/** A queue in one of the two moments of its switch: paused senders off, or on. */
export interface Moment {
  readonly depthBytes: number;
  readonly peakBytes: number;
  readonly dropRatio: number;
  readonly markRatio: number;
  /** The limit in force, by the buffer that is free at this moment. */
  readonly limitBytes: number;
}

/** What a queue was like during one step. */
export interface QueueState {
  readonly channel: number;
  readonly queue: number;
  /** Rate at which this queue is emptied, bps. */
  readonly serviceBps: number;
  /** Share of time in the `on` moment. */
  readonly duty: number;
  readonly quiet: Moment;
  readonly on: Moment;
  readonly connections: number;
  readonly carriedBps: number;
}

export const overTime = (state: QueueState, of: (moment: Moment) => number): number =>
  state.duty * of(state.on) + (1 - state.duty) * of(state.quiet);

/** States of all queues with traffic; key as in `collectLoads`. */
export function evaluateQueues(
  network: Network,
  routing: Routing,
  loads: ReadonlyMap<number, QueueLoad>,
): Map<number, QueueState> {
  const byDevice = new Map<number, QueueLoad[]>();
  for (const load of loads.values()) {
    const device = network.channel(load.channel).device;
    const list = byDevice.get(device);
    if (list === undefined) byDevice.set(device, [load]);
    else list.push(load);
  }
  const states = new Map<number, QueueState>();
  const width = network.spec.queues.length;
  for (const [device, list] of byDevice) {
    const sharedBytes = network.spec.switches[device]?.sharedBufferBytes ?? 0;
    const switchDuty = Math.max(0, ...list.map((load) => load.phased.duty));
    const services = list.map((load) => serviceBps(network, loads, load));
    const settings = list.map((load) => settingOf(network, routing, device, load));
    const quiet = momentsOf(sharedBytes, list, services, settings, false);
    const on = switchDuty > 0 ? momentsOf(sharedBytes, list, services, settings, true) : quiet;
    list.forEach((load, i) => {
      const key = load.channel * width + load.queue;
      states.set(key, {
        channel: load.channel,
        queue: load.queue,
        serviceBps: services[i] ?? 0,
        duty: load.phased.duty > 0 ? load.phased.duty : switchDuty,
        quiet: quiet[i] as Moment,
        on: on[i] as Moment,
        connections: load.always.connections + load.phased.connections,
        carriedBps: load.carriedBps,
      });
    });
  }
  return states;
}

export function settingOf(
  network: Network,
  routing: Routing,
  device: number,
  at: { readonly channel: number; readonly queue: number },
): QueueSetting {
  const iface = network.channel(at.channel).interface;
  const queue = network.spec.queues[at.queue];
  assert(queue !== undefined, 'the queue is in the specification');
  return routing.settingsOf(device).queues.get(iface)?.get(queue.name) ?? DEFAULT_QUEUE;
}

/** Strict queues get what those above leave; weighted ones what is idle, at least their share. */
function serviceBps(
  network: Network,
  loads: ReadonlyMap<number, QueueLoad>,
  load: QueueLoad,
): number {
  const queues = network.spec.queues;
  const capacityBps = trueCapacityBps(network.channel(load.channel));
  const own = queues[load.queue];
  let aboveBps = 0;
  let besideBps = 0;
  let weights = 0;
  queues.forEach((queue, q) => {
    const carried = loads.get(load.channel * queues.length + q)?.carriedBps ?? 0;
    if (queue.strict) {
      if (own?.strict !== true || q < load.queue) aboveBps += carried;
    } else {
      weights += queue.weight;
      if (q !== load.queue) besideBps += carried;
    }
  });
  const leftBps = Math.max(capacityBps - aboveBps, capacityBps * 1e-3);
  if (own?.strict === true) return leftBps;
  const guaranteedBps = (leftBps * (own?.weight ?? 0)) / Math.max(1, weights);
  return Math.max(guaranteedBps, leftBps - besideBps, load.always.rateBps + load.phased.rateBps);
}

interface Draft {
  readonly claim: BufferClaim;
  readonly crowds: readonly Crowd[];
  readonly markRatio: number;
  readonly overloadRatio: number;
}

function momentsOf(
  sharedBytes: number,
  list: readonly QueueLoad[],
  services: readonly number[],
  settings: readonly QueueSetting[],
  phasedOn: boolean,
): Moment[] {
  const drafts = list.map((load, i) =>
    draft(load, services[i] ?? 0, settings[i] ?? DEFAULT_QUEUE, phasedOn),
  );
  const shares = shareBuffer(
    sharedBytes,
    drafts.map((entry) => entry.claim),
  );
  return list.map((load, i) => {
    const entry = drafts[i] as Draft;
    const full = shares.saturated[i] === true;
    const service = services[i] ?? 0;
    const holdBytes = shares.depthBytes[i] ?? 0;
    const meanBytes = full ? holdBytes * SAWTOOTH_MEAN_RATIO : holdBytes;
    const delayMs = (holdBytes * 8000) / Math.max(service, 1);
    let dropRatio = entry.overloadRatio;
    if (full) {
      for (const crowd of entry.crowds)
        dropRatio = Math.max(dropRatio, lossForShare(crowd, delayMs));
    }
    const burst = burstsIn(
      load,
      service,
      full ? 0 : roomLeft(entry.claim, shares.freeBytes, holdBytes),
    );
    return {
      depthBytes: meanBytes + burst.meanBytes,
      peakBytes: holdBytes + burst.peakBytes,
      dropRatio: 1 - (1 - dropRatio) * (1 - burst.dropRatio),
      markRatio: full ? 0 : entry.markRatio,
      limitBytes: limitOf(entry.claim, shares.freeBytes),
    };
  });
}

/** What one queue asks of the buffer: what its senders hold it at, or everything. */
function draft(load: QueueLoad, service: number, setting: QueueSetting, phasedOn: boolean): Draft {
  const crowds = [load.always, ...(phasedOn ? [load.phased] : [])].filter(
    (crowd) => crowd.connections > 0,
  );
  let wantedBytes = smoothDepthBytes(load.steadyBps, service);
  let markRatio = 0;
  for (const crowd of crowds) {
    if (setting.ecn === null || !crowd.allEcn) {
      wantedBytes = Infinity;
      continue;
    }
    const held = markedDepth(crowd, setting.ecn, service);
    wantedBytes += held.depthBytes;
    markRatio = Math.max(markRatio, held.markRatio);
  }
  const overloadRatio = load.openBps > service ? 1 - service / load.openBps : 0;
  if (overloadRatio > 0) wantedBytes = Infinity;
  const limit = setting.limit;
  return {
    claim: {
      alpha: limit.kind === 'dynamic' ? 2 ** limit.scalingFactor : null,
      dedicatedBytes: setting.dedicatedBytes,
      staticLimitBytes: limit.kind === 'static' ? limit.bytes : 0,
      wantedBytes,
    },
    crowds,
    markRatio,
    overloadRatio,
  };
}

const roomLeft = (claim: BufferClaim, freeBytes: number, holdBytes: number): number =>
  Math.max(
    0,
    roomFor(claim, freeBytes + Math.max(0, holdBytes - claim.dedicatedBytes)) - holdBytes,
  );

function burstsIn(
  load: QueueLoad,
  service: number,
  roomBytes: number,
): { readonly meanBytes: number; readonly peakBytes: number; readonly dropRatio: number } {
  let meanBytes = 0;
  let peakBytes = 0;
  let kept = 1;
  for (const burst of mergedBursts(load)) {
    const effect = integrateBurst(burst, Math.min(load.steadyBps, service), service, roomBytes);
    meanBytes += effect.meanBytes;
    peakBytes = Math.max(peakBytes, effect.peakBytes);
    kept *= 1 - effect.dropRatio;
  }
  return { meanBytes, peakBytes, dropRatio: 1 - kept };
}
