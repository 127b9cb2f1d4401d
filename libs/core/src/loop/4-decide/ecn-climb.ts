import type { QueueSettings } from '../../ports';
import { FULL_FRAME_BYTES, markingThresholds, type MarkingScale } from '../evidence';

/**
 * Where to go next with the marking of a queue: hill-climbing in log space, one knob at a time, by
 * a factor of 1.25, judged by what was measured after earlier steps. Automatic settings beat tuned
 * static ones (ACC, SIGCOMM 2021); those that are too strict cost a training fabric some per cent
 * and more pause frames than they save (Meta, SIGCOMM 2024), hence the bounds and the freeze.
 */

/** Kmin and Kmax with the same distance, Pmax, and Kmax alone; in this order. */
export const KNOBS = ['thresholds', 'probability', 'spread'] as const;
export type Knob = (typeof KNOBS)[number];

export interface MarkingValues {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly probabilityPercent: number;
}

/** `earlier` tells senders sooner or more often, `later` lets them fill more. */
export interface ClimbStep {
  readonly knob: Knob;
  readonly direction: 'earlier' | 'later';
}

/** What became of a step. */
export interface TriedStep extends ClimbStep {
  readonly outcome: 'helped' | 'failed';
}

export interface ClimbQuestion {
  readonly scale: MarkingScale;
  /** Pmax of the start values. */
  readonly probabilityPercent: number;
  /** Round-trip time without queues, microseconds. */
  readonly rttUs: number;
  readonly capacityBps: number;
  /** Static limit of the queue; null where there is none. */
  readonly limitBytes: number | null;
  readonly present: QueueSettings['ecn'];
  readonly direction: ClimbStep['direction'];
  /** Steps on this queue whose effect is known, oldest first. */
  readonly tried: readonly TriedStep[];
}

export interface Climb {
  readonly values: MarkingValues;
  /** Null: the start values, where nothing is marked yet or only far too late. */
  readonly step: ClimbStep | null;
}

/** Step of a knob. */
export const STEP = 1.25;
/** Round-trip time of a large fabric, microseconds: C x RTT / 7 is then 8 of them. */
export const USUAL_RTT_US = 56;
const LEAST_FRAMES = 4;
/** Thresholds are not raised above this multiple of the start values. */
const MOST_RATIO = 8;
const LEAST_PROBABILITY = 5;

/**
 * Least Kmin that costs no throughput, bytes: C x RTT / 7 (Alizadeh et al., DCTCP, SIGCOMM 2010,
 * section 3.3), and some frames on slow links.
 */
export const leastMinBytes = (capacityBps: number, rttUs: number): number =>
  Math.max((capacityBps / 8) * (rttUs / 1e6 / 7), LEAST_FRAMES * FULL_FRAME_BYTES);

/**
 * The next values, or null where every knob that has room was tried in vain: the present values are
 * then the best that are known. Where marking is off, or begins later than the line rate asks for
 * although it should begin earlier, the climb starts from the values of the line rate.
 */
export function climb(question: ClimbQuestion): Climb | null {
  const { capacityBps, probabilityPercent, present, direction } = question;
  const start = startValues(question);
  const off = present === null || !present.enabled;
  if (off || (direction === 'earlier' && present.minThresholdBytes > start.minBytes)) {
    // Where not even the least Kmin is below the limit nobody can be told in time.
    const tooLate = start.minBytes < leastMinBytes(capacityBps, question.rttUs);
    if ((off && direction === 'later') || tooLate) return null;
    return { values: { ...start, probabilityPercent }, step: null };
  }
  const now: MarkingValues = {
    minBytes: present.minThresholdBytes,
    maxBytes: present.maxThresholdBytes,
    probabilityPercent: present.maxProbabilityPercent,
  };
  for (const knob of knobsToTry(question)) {
    const values = turned(now, knob, direction);
    // Values that are too small to be turned are not.
    const turns = stepBetween(now, values)?.knob === knob;
    if (turns && isWithin(question, now, values)) return { values, step: { knob, direction } };
  }
  return null;
}

/** Those of the line rate, or what the limit leaves of them: senders are to be told before that. */
function startValues({ scale, capacityBps, limitBytes }: ClimbQuestion) {
  const start = markingThresholds(scale, capacityBps);
  const ratio = (limitBytes ?? Infinity) / start.maxBytes;
  if (!(ratio < 1)) return start;
  return { minBytes: Math.round(start.minBytes * ratio), maxBytes: Math.floor(limitBytes ?? 0) };
}

/** The knob that helped last goes first; one that failed since anything helped is left alone. */
function knobsToTry({ tried, direction }: ClimbQuestion): readonly Knob[] {
  const lastHelp = tried.map((step) => step.outcome).lastIndexOf('helped');
  const failed = tried
    .slice(lastHelp + 1)
    .filter((step) => step.direction === direction)
    .map((step) => step.knob);
  const helped = tried[lastHelp];
  const first = helped?.direction === direction ? [helped.knob] : [];
  return [...new Set([...first, ...KNOBS])].filter((knob) => !failed.includes(knob));
}

function turned(now: MarkingValues, knob: Knob, direction: ClimbStep['direction']): MarkingValues {
  const factor = direction === 'earlier' ? 1 / STEP : STEP;
  switch (knob) {
    case 'thresholds':
      return {
        ...now,
        minBytes: Math.round(now.minBytes * factor),
        maxBytes: Math.round(now.maxBytes * factor),
      };
    case 'spread':
      return { ...now, maxBytes: Math.round(now.maxBytes * factor) };
    case 'probability':
      return { ...now, probabilityPercent: stepPercent(now.probabilityPercent, 1 / factor) };
  }
}

/** Per cent are whole: at least one is added or taken. */
function stepPercent(percent: number, factor: number): number {
  const next = Math.round(percent * factor);
  if (next !== percent) return next;
  return factor > 1 ? percent + 1 : percent - 1;
}

function isWithin(question: ClimbQuestion, now: MarkingValues, next: MarkingValues): boolean {
  const { capacityBps, rttUs, limitBytes, tried } = question;
  if (next.minBytes > next.maxBytes) return false;
  // Bounds bind what goes towards them; values of an operator beyond them may be left.
  if (next.minBytes < now.minBytes && next.minBytes < leastMinBytes(capacityBps, rttUs))
    return false;
  if (next.maxBytes > now.maxBytes) {
    const start = startValues(question);
    // Above the start values only where measurements said that it helps.
    const proved = tried.some((step) => step.direction === 'later' && step.outcome === 'helped');
    const most = Math.min(start.maxBytes * (proved ? MOST_RATIO : 1), limitBytes ?? Infinity);
    if (next.maxBytes > most) return false;
  }
  if (next.probabilityPercent > 100) return false;
  return !(
    next.probabilityPercent < now.probabilityPercent && next.probabilityPercent < LEAST_PROBABILITY
  );
}

/** The step between two settings; null where it is none of one knob. */
export function stepBetween(from: MarkingValues, to: MarkingValues): ClimbStep | null {
  const lower = { min: to.minBytes - from.minBytes, max: to.maxBytes - from.maxBytes };
  const more = to.probabilityPercent - from.probabilityPercent;
  const directionOf = (grows: number): ClimbStep['direction'] => (grows < 0 ? 'earlier' : 'later');
  if (more !== 0)
    return lower.min === 0 && lower.max === 0
      ? { knob: 'probability', direction: directionOf(-more) }
      : null;
  if (lower.max === 0) return null;
  if (lower.min === 0) return { knob: 'spread', direction: directionOf(lower.max) };
  return Math.sign(lower.min) === Math.sign(lower.max)
    ? { knob: 'thresholds', direction: directionOf(lower.max) }
    : null;
}

/**
 * Where a queue stands after the step, bytes. Senders that react to marks settle where the share of
 * packets that are marked is what they need, and in between the thresholds that share is
 * Pmax x (depth - Kmin) / (Kmax - Kmin).
 */
export function depthAfter(depthBytes: number, now: MarkingValues, next: MarkingValues): number {
  if (depthBytes >= now.maxBytes) {
    // All are marked beyond Kmax, whatever Pmax is.
    const gone = next.maxBytes < now.maxBytes;
    return gone ? next.maxBytes : depthBytes;
  }
  if (depthBytes <= now.minBytes) return depthBytes;
  const share =
    (now.probabilityPercent * (depthBytes - now.minBytes)) / (now.maxBytes - now.minBytes);
  const width = next.maxBytes - next.minBytes;
  return Math.min(next.maxBytes, next.minBytes + (share / next.probabilityPercent) * width);
}
