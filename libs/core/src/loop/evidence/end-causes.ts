import type { Cause } from '../../model';
import { largest } from './facts';
import type { Evidence } from './gather';
import { weigh } from './weigh';

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
 * Iterations that got slower while the collectives in them did not; or that would be too slow if
 * nothing had to be sent at all.
 */
function stragglerOf({ state: { job }, thresholdMs }: Evidence): Cause | null {
  const { iterationMs, collectiveMs, healthyIterationMs, healthyCollectiveMs } = job;
  const slowerMs = iterationMs - healthyIterationMs;
  const unchanged =
    iterationMs > healthyIterationMs * UNCHANGED &&
    collectiveMs - healthyCollectiveMs < EXPLAINED * slowerMs;
  const alone = collectiveMs > 0 && iterationMs - collectiveMs > thresholdMs;
  if (!unchanged && !alone) return null;
  const now = `${iterationMs.toFixed(1)} ms, of which collectives take ${collectiveMs.toFixed(1)} ms`;
  return weigh(
    'straggler',
    '',
    [unchanged ? ['slower-outside', slowerMs, 0.98] : ['alone', iterationMs - collectiveMs, 0.98]],
    [
      `iterations take ${now}`,
      unchanged
        ? `while healthy ${healthyIterationMs.toFixed(1)} ms and ${healthyCollectiveMs.toFixed(1)} ms`
        : `without any of that they would still miss ${thresholdMs.toFixed(1)} ms`,
    ],
  );
}

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
