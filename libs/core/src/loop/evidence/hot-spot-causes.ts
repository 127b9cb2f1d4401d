import type { Cause } from '../../model';
import type { Evidence } from './gather';
import type { HotSpot } from './hot-spots';
import { queueSlopeOf, type QueueSlope } from './queue-slope';
import { hasSmallShare } from './queues';
import { unevenHash } from './uneven-causes';
import { behind, clamp, isCause, weigh, type Signal } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/** Why the channels under pressure are: whose traffic it is, and what put it there. */
export const hotSpotCauses = (evidence: Evidence): Cause[] =>
  evidence.hotSpots.flatMap((spot) => {
    const uneven = behindSenders(unevenHash(spot, evidence.limits), spot, evidence);
    return [
      incast(spot, evidence),
      ...[uneven, interference(spot, evidence, uneven)].map((cause) =>
        cause === null ? null : behindSmallShare(cause, spot, evidence),
      ),
    ].filter(isCause);
  });

/** From this share on a link is filled by the workload itself. */
const OWN_SHARE = 0.5;

/** A prefix that many of the workload's own senders share is no large flow, though it counts as one. */
function behindSenders(
  cause: Cause | null,
  { key, ownShareRatio }: HotSpot,
  { channels, limits }: Evidence,
): Cause | null {
  if (cause?.name !== 'elephant-flow' || !(ownShareRatio > OWN_SHARE)) return cause;
  const senders = channels.find((item) => item.key === key)?.fanInBehind ?? 0;
  const many = manySenders(senders, limits);
  return many > 0 ? behind(cause, 'senders', senders, 1 - 0.7 * many) : cause;
}

/** This share of the senders that are an incast for certain are none. */
const FEW_SENDERS = 0.2;

const manySenders = (senders: number, { incastSenders }: Evidence['limits']): number =>
  clamp((senders - FEW_SENDERS * incastSenders) / ((1 - FEW_SENDERS) * incastSenders));

/** Of some senders it is certain that they are too many where their bursts are seen to meet. */
function fanInWeight(senders: number, slope: QueueSlope, limits: Evidence['limits']): number {
  const many = manySenders(senders, limits);
  return many > 0 ? Math.max(many, slope.together) : 0;
}

/** Loss of bursts that certainly costs time-outs; a tenth of it is a sign (MISSION A2: 0.1 %). */
const BURST_LOSS = 0.002;

/** Many senders into one host port, while the ways to its leaf are free. */
function incast(spot: HotSpot, { channels, queues, limits }: Evidence): Cause | null {
  if (!spot.toHost) return null;
  const fanIn = channels.find((item) => item.key === spot.key)?.fanIn ?? 0;
  const slope = queueSlopeOf(queues, spot.key, fanIn);
  const inside = channels.filter((item) => !item.toHost && item.up);
  const pressure = Math.max(0, ...inside.map((item) => item.pressure));
  const loss = ownLoss(queues, (key) => key === spot.key);
  const insideKeys = new Set(inside.map((item) => item.key));
  // A busy link slows a job down; a port that drops its bursts stops it for a time-out.
  const drops = loss > 5 * ownLoss(queues, (key) => insideKeys.has(key));
  // Where the links between the switches suffer as much, the port is not what holds it up.
  const aside = pressure >= spot.pressure && !drops ? 0.6 : 0.97;
  const dropping = drops ? clamp(loss / BURST_LOSS) : 0;
  return weigh(
    'incast',
    spot.key,
    [
      ['fan-in', fanIn, fanInWeight(fanIn, slope, limits)],
      ...slope.signals,
      dropping > spot.pressure
        ? ['loss', loss, dropping]
        : ['pressure', spot.pressure, spot.pressure],
      ['pressure-inside', pressure, aside],
      ...smallShare(queues, spot.key),
    ],
    [
      `${fanIn} senders of the workload share the host port ${spot.key}`,
      `it is ${percent(spot.utilizationRatio)} utilised and queues or drops`,
      `its queue lost up to ${(loss * 100).toFixed(2)} % of late`,
      ...slope.evidence,
    ],
  );
}

/** A queue that may hold next to nothing overflows whatever comes: its setting has the better name. */
function smallShare(queues: Evidence['queues'], channel: string): readonly Signal[] {
  const own = queues.find(({ own: mine, key }) => mine && key.startsWith(`${channel}:`));
  return own !== undefined && hasSmallShare(own)
    ? [['behind:small-share', own.scalingFactor ?? NaN, 0.3]]
    : [];
}

/** Of the worst loss on the paths, an incast has at least this share. */
const LOSES_TOO = 0.3;

/** From here on a link is under pressure by what it carries, whatever its queues may hold. */
const BUSY = 0.7;

/** A link with room that is under pressure because the own queue holds nothing is no cause. */
function behindSmallShare(cause: Cause, spot: HotSpot, { queues }: Evidence): Cause {
  const [small] = spot.utilizationRatio < BUSY ? smallShare(queues, spot.key) : [];
  return small === undefined ? cause : behind(cause, 'small-share', small[1], small[2]);
}

/**
 * Many senders that meet before the port of the host or at it: the port, or the last link to its
 * leaf, drops their bursts although it has room on average. Where another queue on the paths loses
 * far more, it is not here that they are held up.
 */
export function incastInside({ channels, queues, limits }: Evidence): Cause[] {
  const worst = ownLoss(queues, () => true);
  return channels
    .map((channel) => ({
      ...channel,
      senders: channel.toHost ? channel.fanIn : channel.fanInBehind,
      loss: ownLoss(queues, (key) => key === channel.key),
    }))
    .filter(({ senders, loss }) => manySenders(senders, limits) > 0 && loss >= LOSES_TOO * worst)
    .map(({ key, senders, loss, meanUtilizationRatio }) => {
      const slope = queueSlopeOf(queues, key, senders);
      return weigh(
        'incast',
        key,
        [
          ['fan-in', senders, fanInWeight(senders, slope, limits)],
          ...slope.signals,
          ['loss', loss, loss > 0 ? 0.4 + 0.6 * clamp(loss / BURST_LOSS) : 0],
          ['room', meanUtilizationRatio, clamp((0.9 - meanUtilizationRatio) / 0.2) * 0.93],
          ...smallShare(queues, key),
        ],
        [
          `${senders} senders of the workload share a host port at the end of ${key}`,
          `it is ${percent(meanUtilizationRatio)} utilised on average, and its queue lost up to ${(loss * 100).toFixed(2)} % of late`,
          ...slope.evidence,
        ],
      );
    })
    .filter(isCause);
}

/** Worst recent loss of the workload's own queue on some channels. */
function ownLoss(queues: Evidence['queues'], isWanted: (channel: string) => boolean): number {
  let worst = 0;
  for (const { own, key, recentLossRatio } of queues)
    if (own && recentLossRatio > worst && isWanted(key.slice(0, key.lastIndexOf(':'))))
      worst = recentLossRatio;
  return worst;
}

/** Another class or another known workload holds most of a channel that the objective needs. */
function interference(
  spot: HotSpot,
  { queues, state }: Evidence,
  uneven: Cause | null,
): Cause | null {
  const { name, share } = rivalOf(spot, state.objective.metric !== 'request-latency');
  if (name === '') return null;
  const theirs = clamp((share - 0.3) / 0.25);
  const used = Math.max(spot.utilizationRatio, spot.heldRatio || 0);
  const hot = Math.max(clamp((used - 0.6) / 0.3), spot.pressure * 0.9);
  // An own queue that drops on a link with room has a trouble, and a name, of its own.
  const overflows =
    used < 0.8 &&
    queues.some(
      (queue) => queue.own && queue.lossRatio > 0.001 && queue.key.startsWith(`${spot.key}:`),
    );
  // Where the hash is to blame, it does not matter whose traffic it put there.
  const hashed = uneven !== null && uneven.score > 0.5;
  return weigh(
    'interference',
    spot.key,
    [
      ['share-of-others', share, theirs],
      ['pressure', spot.pressure, hot * 0.98],
      ...(overflows ? ([['behind:own-loss', NaN, 0.5]] as const) : []),
      ...(hashed ? ([[`behind:${uneven.name}`, uneven.score, 0.6]] as const) : []),
    ],
    [
      `${name} has ${percent(share)} of ${spot.key}`,
      Number.isNaN(spot.ownShareRatio)
        ? 'the own share is not known'
        : `the workload itself has at most ${percent(spot.ownShareRatio)} of it`,
    ],
  );
}

/**
 * Who else fills the channel. Requests are a small part of any full link, so that for them only a
 * class or a workload that is known counts as a rival; a synchronous job fills its links by itself,
 * and where it does not, somebody else does.
 */
function rivalOf(spot: HotSpot, synchronous: boolean): { name: string; share: number } {
  const unknown = synchronous && !spot.toHost ? 1 - spot.ownShareRatio : NaN;
  if (!(unknown > spot.otherShareRatio)) return { name: spot.other, share: spot.otherShareRatio };
  return { name: spot.other === '' ? 'traffic of others' : spot.other, share: unknown };
}
