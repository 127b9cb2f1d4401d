import type { Cause } from '../../model';
import { largest } from './facts';
import type { Evidence } from './gather';
import { slowWorkerOf, type SlowWorker } from './slow-worker';
import { clamp, weigh } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** Iterations that take up to this much longer than while healthy are unchanged. */
const UNCHANGED = 1.15;
/** Of what iterations take longer, collectives explain at least this much if they are to blame. */
const EXPLAINED = 0.3;

/**
 * Causes outside of the network. A straggler shows in the job's own times, whatever the network
 * does; the others are what remains when nothing on the paths is under pressure.
 */
export function endCauses(evidence: Evidence, networkSuspected: boolean): Cause[] {
  const straggler = stragglerOf(evidence);
  if (straggler !== null) return [straggler];
  if (networkSuspected) return [];
  // Requests come when they come; only a job could send faster than its hosts do.
  const requests = evidence.state.objective.metric === 'request-latency';
  const hostLimited = requests ? null : hostLimitedOf(evidence);
  return hostLimited === null
    ? [notTheNetwork(evidence)]
    : [hostLimited, { ...notTheNetwork(evidence), score: 0.3 }];
}

/**
 * Iterations that got slower while the collectives in them did not; that would be too slow if
 * nothing had to be sent at all; or that would be fast enough without waiting for one worker, by
 * what the workers say themselves.
 */
function stragglerOf({ state, thresholdMs }: Evidence): Cause | null {
  const { iterationMs, collectiveMs, healthyIterationMs, healthyCollectiveMs } = state.job;
  const slow = slowWorkerOf(state.workers ?? new Map());
  const slowerMs = iterationMs - healthyIterationMs;
  const unchanged =
    iterationMs > healthyIterationMs * UNCHANGED &&
    collectiveMs - healthyCollectiveMs < EXPLAINED * slowerMs;
  const aloneMs = iterationMs - collectiveMs;
  const alone = collectiveMs > 0 && aloneMs > thresholdMs;
  if (!unchanged && !alone) return waitingFor(slow, state.quantileMs - thresholdMs);
  const now = `${iterationMs.toFixed(1)} ms, of which collectives take ${collectiveMs.toFixed(1)} ms`;
  return weigh(
    'straggler',
    slow?.worker ?? '',
    [
      unchanged ? ['slower-outside', slowerMs, 0.98] : ['alone', aloneMs, 0.98],
      ...(slow === null ? [] : [['worker-deviations', slow.deviations, 1] as const]),
    ],
    [
      `iterations take ${now}`,
      unchanged
        ? `while healthy ${healthyIterationMs.toFixed(1)} ms and ${healthyCollectiveMs.toFixed(1)} ms`
        : `without any of that they would still miss ${thresholdMs.toFixed(1)} ms`,
      ...(slow === null ? allAlike(state.workers?.size ?? 0) : [sentenceOf(slow)]),
    ],
  );
}

/** Waiting for it is at least what the iterations take too long. */
function waitingFor(slow: SlowWorker | null, beyondMs: number): Cause | null {
  if (slow === null || !(beyondMs > 0)) return null;
  const waitsMs = slow.meanMs - slow.othersMs;
  return weigh(
    'straggler',
    slow.worker,
    [
      ['worker-deviations', slow.deviations, 0.97],
      ['waits', waitsMs, clamp(waitsMs / beyondMs)],
    ],
    [sentenceOf(slow), `iterations are ${beyondMs.toFixed(1)} ms longer than they may be`],
  );
}

const sentenceOf = (slow: SlowWorker): string =>
  `${slow.worker} computes for ${slow.meanMs.toFixed(1)} ms, the median of the other ${slow.workers - 1} workers is ` +
  `${slow.othersMs.toFixed(1)} ms: beyond ${slow.deviations.toFixed(1)} deviations in ${slow.lateReports} of its last ${slow.reports} reports`;

const allAlike = (workers: number): string[] =>
  workers === 0 ? [] : [`none of the ${workers} workers that report is slower than the others`];

/** The workload's own traffic loads its paths, and nothing holds it back there. */
function hostLimitedOf({ channels, hotSpots }: Evidence): Cause | null {
  const mean = largest(channels.map((item) => item.meanUtilizationRatio));
  const usual = new Set(channels.filter(({ asUsual }) => asUsual).map(({ key }) => key));
  if (!(mean > 0.1 && mean < 0.85) || hotSpots.some(({ key }) => !usual.has(key))) return null;
  return weigh(
    'host-limited',
    '',
    [['utilization', mean, 0.5]],
    [
      `the busiest link on the path carries ${percent(mean)}, and could carry more`,
      'nothing on the path drops, marks or queues',
    ],
  );
}

function notTheNetwork(evidence: Evidence): Cause {
  const utilization = largest(evidence.channels.map((item) => item.utilizationRatio));
  const loss = largest(evidence.queues.map((queue) => queue.lossRatio)) || 0;
  const known = !Number.isNaN(utilization);
  return {
    name: known ? 'not-the-network' : 'unknown',
    score: known ? 0.5 : 0,
    at: '',
    evidence: known
      ? [
          `no link on the path is above ${percent(utilization)}`,
          `no queue on the path loses more than ${percent(loss)}`,
        ]
      : ['no fresh telemetry of the path'],
  };
}
