import type { Cause, CauseName } from '../../model';
import { endCauses } from './end-causes';
import type { Evidence } from './gather';
import { hotSpotCauses, incastInside } from './hot-spot-causes';
import { congestion, grayLink, linkFailure } from './link-causes';
import { periodicBursts, pfcStorm } from './pause-and-burst-causes';
import { withProbabilities } from './probability';
import { queueCauses } from './queue-causes';
import { standingQueues, starvedQueues } from './waiting-causes';
import { behind } from './weigh';

/** Below this the strongest signal of the network is not one. */
const WEAK = 0.2;

/**
 * Candidate causes with scores between 0 and 1: how far each one's own signals lie between "cannot
 * be" and "certainly is". Where none has weight, the network is not to blame. Most likely first,
 * with probabilities; what none of them explains is the last.
 */
export function rankCauses(evidence: Evidence): readonly Cause[] {
  const failures = linkFailure(evidence);
  const storms = pfcStorm(evidence);
  const bursts = periodicBursts(evidence);
  const starved = starvedQueues(evidence);
  const whose = hotSpotCauses(evidence).map((cause) => behindStarved(cause, starved));
  const others = whose.filter((cause) => cause.name !== 'incast');
  const standing = standingQueues(evidence, strongestOf([...failures, ...starved, ...others]));
  const spots = whose.map((cause) => behindStanding(cause, standing));
  const inside = incastInside(evidence);
  const explained = strongestOf([...failures, ...starved, ...spots, ...standing]);
  const hot = new Set(
    evidence.channels.filter((item) => item.utilizationRatio > 0.8).map((item) => item.key),
  );
  const causes: Cause[] = [
    ...failures,
    ...evidence.channels.flatMap((channel) => congestion(channel, explained)),
    ...evidence.channels.flatMap(grayLink),
    ...evidence.queues
      .flatMap((queue) => queueCauses(queue, hot, explained))
      .map((cause) => behindIncast(cause, inside)),
    ...spots,
    ...inside,
    ...starved,
    ...standing,
    ...storms,
    ...bursts,
  ]
    .map((cause) => behindWider(cause, storms, bursts))
    .map((cause) => behindUsual(cause, evidence));
  const best = new Map<CauseName, Cause>();
  for (const cause of causes) {
    const known = best.get(cause.name);
    if (known === undefined || cause.score > known.score) best.set(cause.name, cause);
  }
  const news = [...best.values()].filter((cause) => !isUsual(cause));
  const ends = endCauses(evidence, strongestOf(news) >= WEAK);
  return withProbabilities([...best.values(), ...ends].sort((a, b) => b.score - a.score));
}

/** What was as bad while the objective was met is not why it is missed now. */
const AS_USUAL = 0.4;
/** Of these it does not matter how long they have been there. */
const AT_ANY_TIME: ReadonlySet<CauseName> = new Set(['link-failure', 'gray-link']);

function behindUsual(cause: Cause, { channels }: Evidence): Cause {
  if (AT_ANY_TIME.has(cause.name)) return cause;
  const channel = channels.find(({ key }) => key === cause.at || cause.at.startsWith(`${key}:`));
  return channel?.asUsual === true ? behind(cause, 'usual', channel.pressure, AS_USUAL) : cause;
}

export const isUsual = ({ parts }: Cause): boolean =>
  parts?.some(({ signal }) => signal === 'behind:usual') ?? false;

/** What paused ports and bursts look like where they are felt. */
const FELT_AS: ReadonlySet<CauseName> = new Set([
  'congestion',
  'incast',
  'interference',
  'standing-queue',
  'buffer-exhaustion',
  'queue-overflow',
]);
/** A paused port empties others and fills its own, which looks like an uneven hash, too. */
const PAUSED_AS: ReadonlySet<CauseName> = new Set([...FELT_AS, 'elephant-flow', 'starved-queue']);

/** A port that is paused, or filled now and then, is full: why that is has the better name. */
function behindWider(cause: Cause, storms: readonly Cause[], bursts: readonly Cause[]): Cause {
  const storm = storms.find(({ score }) => score > 0.3);
  if (storm !== undefined && PAUSED_AS.has(cause.name))
    return behind(cause, storm.name, storm.score, 0.6);
  const burst = bursts.find(({ score }) => score > 0.3);
  if (burst !== undefined && FELT_AS.has(cause.name))
    return behind(cause, burst.name, burst.score, 0.6);
  return cause;
}

const strongestOf = (causes: readonly Cause[]): number =>
  Math.max(0, ...causes.map((cause) => cause.score));

/** Others fill any full port; that the scheduler lets them is the better name. */
function behindStarved(cause: Cause, starved: readonly Cause[]): Cause {
  const here = starved.find(
    ({ score, at }) => score > 0.3 && at.slice(0, at.lastIndexOf(':')) === cause.at,
  );
  return here !== undefined && cause.name === 'interference'
    ? behind(cause, here.name, here.score, 0.6)
    : cause;
}

/** Many senders at once overflow any queue that was not made for them. */
function behindIncast(cause: Cause, inside: readonly Cause[]): Cause {
  const here = inside.find(
    ({ score, at }) => score > 0.3 && at === cause.at.slice(0, cause.at.lastIndexOf(':')),
  );
  return here !== undefined && cause.name === 'queue-overflow'
    ? behind(cause, here.name, here.score, 0.6)
    : cause;
}

/** Bursts of many senders come and go; a queue that stays is filled by somebody who goes on. */
function behindStanding(cause: Cause, standing: readonly Cause[]): Cause {
  const here = standing.find(
    ({ score, at }) => score > 0.5 && at.slice(0, at.lastIndexOf(':')) === cause.at,
  );
  return here !== undefined && cause.name === 'incast'
    ? behind(cause, here.name, here.score, 0.6)
    : cause;
}
