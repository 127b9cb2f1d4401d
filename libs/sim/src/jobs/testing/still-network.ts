import { seededRandom } from '@weir/core/base';
import type { IncastOutcome } from '../../buffers/queue-state';
import { Network } from '../../network/network';
import { Routing } from '../../network/routing';
import { defaultSettings } from '../../network/settings';
import type { Stream } from '../../sharing/stream';
import { leafSpine, type LeafSpineOptions } from '../../topology/leaf-spine';
import { DEFAULT_QUEUE_SETTINGS } from '../../topology/queues';
import type { Conditions } from '../../world/conditions';
import type { Job, JobContext } from '../job';

/** Conditions that never change, as a test sets them. */
export interface Stillness {
  readonly baseRttMs?: number;
  readonly queueDelayMs?: number;
  readonly lossRatio?: number;
  readonly rateForOneBps?: number;
  readonly onset?: (streams: readonly Stream[], windowBytes: number) => IncastOutcome;
}

export const NO_LOSS: IncastOutcome = { lostRatio: 0, timeoutRatio: 0, peakBytes: 0 };

export function still(stillness: Stillness = {}): Conditions {
  const lossRatio = stillness.lossRatio ?? 0;
  const queueDelayMs = stillness.queueDelayMs ?? 0;
  return {
    queue: () => undefined,
    baseRttMs: () => stillness.baseRttMs ?? 0,
    queueDelayMs: () => queueDelayMs,
    lossRatio: () => lossRatio,
    passage: () => ({ queueDelayMs, deliveredRatio: 1 - lossRatio }),
    rateForOneBps: () => stillness.rateForOneBps ?? 1e9,
    onset: stillness.onset ?? (() => NO_LOSS),
  };
}

/** Jobs of this context run on a small fabric whose rates and queues the test decides. */
export function contextOn(options: Partial<LeafSpineOptions> = {}, seed = 1): JobContext {
  const spec = leafSpine({ leaves: 2, spines: 2, hostPortsPerLeaf: 4, ...options });
  const network = new Network(spec);
  const routing = new Routing(network, seed);
  spec.switches.forEach(({ name }, device) => {
    routing.configure(device, defaultSettings(spec, name, DEFAULT_QUEUE_SETTINGS));
  });
  return { network, routing, random: seededRandom(seed), queue: 1 };
}

/** Lets a job live until `untilMs` at the rates of `rateBps`, event by event; when each was. */
export function live(
  job: Job,
  fromMs: number,
  untilMs: number,
  rateBps: (stream: Stream, nowMs: number) => number,
  conditions: Conditions = still(),
): number[] {
  const events: number[] = [];
  let nowMs = fromMs;
  while (nowMs < untilMs && !job.done) {
    const streams = job.streams(nowMs, conditions);
    const at = nowMs;
    const granted = (index: number): number => {
      const stream = streams[index];
      return stream === undefined ? 0 : rateBps(stream, at);
    };
    const nextMs = Math.min(untilMs, Math.max(nowMs, job.nextEventMs(nowMs, granted)));
    job.advance(nowMs, nextMs, granted, conditions);
    nowMs = nextMs;
    if (nowMs < untilMs) events.push(nowMs);
  }
  return events;
}
