import type { Random } from '@weir/core/base';
import type { Path } from '../network/routing';
import type { Conditions } from '../world/conditions';
import { logNormal } from './draws';
import type { InferenceSpec, JobContext } from './job';
import { lossPenalty, PACKET_BYTES, type Penalty } from './loss';

/** A request that has no answer by then counts as failed. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** A connection that finds nothing free still gets its turn in the end. */
const LEAST_RATE_BPS = 1e6;

export interface Answer {
  /** `REQUEST_TIMEOUT_MS` when there was no answer. */
  readonly latencyMs: number;
  readonly timeoutMs: number;
  readonly timeouts: number;
}

/** All paths of a client and its server, both ways. */
export interface PairPaths {
  readonly there: Ways;
  readonly back: Ways;
}

/** Paths with what is needed to take one of them at random. */
export interface Ways {
  readonly paths: readonly Path[];
  /** All take the same share, together all of the traffic: the usual case, and the quick one. */
  readonly even: boolean;
}

export function waysOf(paths: readonly Path[]): Ways {
  const share = 1 / paths.length;
  return { paths, even: paths.every(({ fraction }) => Math.abs(fraction - share) < 1e-9) };
}

const NO_ANSWER: Answer = { latencyMs: REQUEST_TIMEOUT_MS, timeoutMs: 0, timeouts: 0 };

/**
 * One request: the server's time, its round trips through the queues as they are, the response at
 * the rate that a new connection would find, and what loss costs on either way.
 */
export function drawRequest(
  { there: ways, back: waysBack }: PairPaths,
  spec: InferenceSpec,
  { random, queue }: JobContext,
  conditions: Conditions,
): Answer {
  const there = choose(ways, random);
  const back = choose(waysBack, random);
  if (there === null || back === null) return NO_ANSWER;
  const out = conditions.passage(there.channels, queue, random);
  const home = conditions.passage(back.channels, queue, random);
  const rttMs = conditions.baseRttMs(there.channels) + out.queueDelayMs + home.queueDelayMs;
  const limitBps = spec.hostLimitBps ?? Infinity;
  const freeBps = Math.min(limitBps, conditions.rateForOneBps(back.channels, queue));
  const lost = (bytes: number, deliveredRatio: number): Penalty =>
    lossPenalty(
      Math.max(1, Math.ceil(bytes / PACKET_BYTES)),
      deliveredRatio,
      rttMs,
      spec.minRtoMs,
      random,
    );
  const requestLoss = lost(spec.requestBytes, out.deliveredRatio);
  const responseLoss = lost(spec.responseBytes, home.deliveredRatio);
  const latencyMs =
    logNormal(spec.serviceMs.median, spec.serviceMs.sigma, random) +
    spec.roundTrips * rttMs +
    (spec.responseBytes * 8000) / Math.max(LEAST_RATE_BPS, freeBps) +
    requestLoss.ms +
    responseLoss.ms;
  return {
    latencyMs: Math.min(latencyMs, REQUEST_TIMEOUT_MS),
    timeoutMs: requestLoss.timeoutMs + responseLoss.timeoutMs,
    timeouts: requestLoss.timeouts + responseLoss.timeouts,
  };
}

/** One of the paths by their shares; null where the traffic has no route. */
function choose({ paths, even }: Ways, random: Random): Path | null {
  let left = random.next();
  if (even) return paths[Math.floor(left * paths.length)] ?? null;
  for (const path of paths) {
    left -= path.fraction;
    if (left < 0) return path;
  }
  return left > 1e-6 ? null : (paths.at(-1) ?? null);
}
