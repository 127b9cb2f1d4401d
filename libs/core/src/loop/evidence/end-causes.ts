import type { Cause } from '../../model';
import { largest } from './facts';
import type { Evidence } from './gather';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** Collectives that took up to this much longer than while healthy are unchanged. */
const UNCHANGED = 1.15;
/** Samples of an objective that are looked at as the present. */
const LATEST = 3;

/**
 * Causes outside of the network. A straggler shows in the job's own times, whatever the network
 * does; the others are what remains when nothing on the paths is under pressure.
 */
export function endCauses(evidence: Evidence, networkSuspected: boolean): Cause[] {
  const straggler = stragglerOf(evidence);
  if (straggler !== null) return [straggler];
  if (networkSuspected) return [];
  const hostLimited = hostLimitedOf(evidence);
  return hostLimited === null
    ? [notTheNetwork(evidence)]
    : [hostLimited, { ...notTheNetwork(evidence), score: 0.3 }];
}

/** Iterations that got slower while the collectives in them did not. */
function stragglerOf({ state }: Evidence): Cause | null {
  const { collectiveMs, healthyCollectiveMs, healthyMs, quantileMs, samples } = state;
  // The window remembers slow collectives that are over; the latest iterations do not.
  const latest = samples.slice(-LATEST).map((sample) => sample.quantileMs);
  const slower = latest.length > 0 && Math.min(...latest) > healthyMs * UNCHANGED;
  if (!slower || !(collectiveMs <= healthyCollectiveMs * UNCHANGED)) return null;
  return {
    name: 'straggler',
    score: 0.98,
    at: '',
    evidence: [
      `iterations take ${quantileMs.toFixed(1)} ms, ${healthyMs.toFixed(1)} ms while healthy`,
      `their collectives take ${collectiveMs.toFixed(1)} ms, ${healthyCollectiveMs.toFixed(1)} ms while healthy`,
    ],
  };
}

/** The workload's own traffic loads its paths, and nothing holds it back there. */
function hostLimitedOf({ channels, hotSpots }: Evidence): Cause | null {
  const mean = largest(channels.map((item) => item.meanUtilizationRatio));
  if (!(mean > 0.2 && mean < 0.85) || hotSpots.length > 0) return null;
  return {
    name: 'host-limited',
    score: 0.5,
    at: '',
    evidence: [
      `the busiest link on the path carries ${percent(mean)}, and could carry more`,
      'nothing on the path drops, marks or queues',
    ],
  };
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
