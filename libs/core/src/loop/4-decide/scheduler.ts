import type { ActionSpec, SchedulerAction } from '../../model';
import type { Evidence, QueueEvidence, Starvation } from '../evidence';
import { STARVED } from '../evidence';
import { fairBps, leftBps, portShares, rivalsOf, weightOf, type PortShares } from '../network';
import type { Pass } from '../pass';
import { Allowance } from './allowance';
import { maxUtilization } from './buffer';
import type { Candidate } from './draft';
import { splitQueue } from './queue-key';
import { weightFor } from './weight';

type SchedulerSpec = Extract<ActionSpec, { type: 'scheduler' }>;
type Starved = QueueEvidence & { readonly starvation: Starvation };

/** A queue with traffic waiting shows only a part of its demand; it gets room to show the rest. */
const DEMAND_FACTOR = 2;

interface Raise {
  readonly queue: Starved;
  readonly setting: SchedulerAction['settings'][number];
  /** What the queue gets beside those that send now, bps. */
  readonly fairBeforeBps: number;
  readonly fairAfterBps: number;
  readonly guaranteedRatio: number;
}

/**
 * A larger weight for the workload's own queue where the scheduler of a port holds it to a share
 * that its traffic does not fit into. Urgent classes only; what the objectives of other classes
 * need of the port stays theirs. `whenFree`: as if no other change were open.
 */
export function schedulerCandidate(
  pass: Pass,
  spec: SchedulerSpec,
  evidence: Evidence,
  whenFree = false,
): Candidate | null {
  if (!spec.classes.includes(evidence.state.objective.class)) return null;
  const starved = evidence.queues
    .filter(isStarved)
    .sort((a, b) => b.starvation.score - a.starvation.score || (a.key < b.key ? -1 : 1));
  const allowance = new Allowance(pass, whenFree);
  const raises: Raise[] = [];
  for (const queue of starved) {
    const raised = raise(pass, spec, evidence, queue);
    if (raised !== null && allowance.take(raised.setting.device)) raises.push(raised);
  }
  const worst = raises[0];
  if (worst === undefined) return null;
  return {
    action: { type: 'scheduler', settings: raises.map((item) => item.setting) },
    predicted: {
      gainRatio: gainOf(evidence, starved, raises),
      uncertaintyRatio: 0.4,
      maxUtilizationBefore: maxUtilization(evidence),
      maxUtilizationAfter: maxUtilization(evidence),
      explanation: explain(worst, raises.length),
    },
  };
}

const isStarved = (queue: QueueEvidence): queue is Starved =>
  queue.own && queue.starvation !== null && queue.starvation.score > STARVED;

function raise(pass: Pass, spec: SchedulerSpec, evidence: Evidence, queue: Starved): Raise | null {
  const at = splitQueue(queue.key);
  const image = pass.observed.images.get(at.device);
  if (image === undefined) return null;
  const shares = portShares(pass, at, image, evidence.state.objective.id);
  if (shares === null) return null;
  const { weight, totalWeight, sentBps } = queue.starvation;
  const capacityBps = leftBps(shares);
  const demandBps = sentBps / (1 - Math.min(0.5, queue.recentLossRatio || 0));
  const next = weightFor({
    weight,
    totalWeight,
    capacityBps,
    wantedBps: DEMAND_FACTOR * demandBps,
    maxShareRatio: spec.maxShareRatio,
    rivals: rivalsOf(shares, at.queue).map((rival) => ({
      weight: weightOf(rival),
      needBps: rival.need?.bps ?? 0,
    })),
  });
  if (next === null) return null;
  const total = totalWeight - weight + next;
  return {
    queue,
    setting: { device: at.device, interface: at.interface, queue: at.queue, weight: next },
    fairBeforeBps: fairBps(shares, at.queue),
    fairAfterBps: fairBps(reweighted(shares, at.queue, next), at.queue),
    guaranteedRatio: ((next / total) * capacityBps) / shares.capacityBps,
  };
}

/** The port as it is with another weight of one queue. */
const reweighted = (shares: PortShares, name: string, weight: number): PortShares => ({
  ...shares,
  queues: shares.queues.map((item) =>
    item.queue === name && item.scheduling !== null
      ? { ...item, scheduling: { ...item.scheduling, weight } }
      : item,
  ),
});

/**
 * What waits is gone in the time that the queue's rate needs for it: a backlog b is bounded to wait
 * b / g at the guaranteed rate g (Parekh and Gallager 1993). The part of the latency above the
 * healthy one shrinks as the waits of the starved queues, all added up, do.
 */
function gainOf(
  { state, thresholdMs }: Evidence,
  starved: readonly Starved[],
  raises: readonly Raise[],
): number {
  const after = new Map(
    raises.map((item) => [item.queue.key, item.fairBeforeBps / item.fairAfterBps]),
  );
  let waitBeforeMs = 0;
  let waitAfterMs = 0;
  for (const { key, delayMs } of starved) {
    const waitMs = delayMs > 0 ? delayMs : 1;
    waitBeforeMs += waitMs;
    waitAfterMs += waitMs * (after.get(key) ?? 1);
  }
  const healthyMs = Number.isNaN(state.healthyMs) ? thresholdMs : state.healthyMs;
  const excessMs = Math.max(0, state.quantileMs - healthyMs);
  return ((waitAfterMs / waitBeforeMs - 1) * excessMs) / state.quantileMs;
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

function explain({ queue, setting, guaranteedRatio, ...worst }: Raise, count: number): string {
  const { weight, totalWeight, shareRatio, rival, rivalShareRatio } = queue.starvation;
  const growth = worst.fairAfterBps / worst.fairBeforeBps;
  return (
    `${queue.key} waits with ${percent(shareRatio)} of its port (weight ${weight} of ${totalWeight}) ` +
    `while ${rival} has ${percent(rivalShareRatio)}; weight ${setting.weight} guarantees it ` +
    `${percent(guaranteedRatio)} and serves what waits ${growth.toFixed(1)} times as fast` +
    (count > 1 ? `; ${count} queues in all` : '')
  );
}
