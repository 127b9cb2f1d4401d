import type { Change } from '../../model';
import { median, quantilesOf, samplesAfter } from '../effect';
import type { ObjectiveSample, ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { adjusted } from './comparison';
import { provedWhileDriven } from './driven';
import { falseRollbackRatio } from './error-rates';
import { lessLinks, linksText } from './linked';
import { percent } from './percent';
import { SCALES } from './scales';

/** That there is none may be said sooner: it costs a try, not an objective. */
const LEAST_DEVIATION_OF_NONE = 0.02;
/** Looks at twice the samples that a verdict needs before hope is given up, and so many at least. */
const HOPE_FACTOR = 2;
const FEWEST_FOR_HOPE = 10;

/** Samples of a change that is made again, without which the first time counts for nothing. */
const FEWEST_AGAIN = 3;

/** Samples before and after without which it says nothing that all after are worse. */
const FEWEST_ALL_WORSE = 5;

/** What the change did to its own objective so far. */
export interface OwnEffect {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** After over before less 1, with what the comparisons did subtracted. */
  readonly effectRatio: number;
  readonly pValue: number;
  readonly samples: number;
  /** Whether the smallest gain that counts is out of reach, but for the permitted error. */
  readonly hopeless: boolean;
  /** Whether every sample is worse than all before it: then no test is waited for. */
  readonly allWorse: boolean;
  /** Whether it is a gain with what untouched links did subtracted; true where none was alike. */
  readonly besideLinks: boolean;
  /** What proves it by the samples alone in which what drives the objective was there; or null. */
  readonly whileDriven: string | null;
  readonly evidence: readonly string[];
}

/**
 * Difference in differences on the logarithm of the objective's quantile: its mean after the change
 * less that before it, with what the chosen comparisons did meanwhile subtracted sample by sample.
 * Null where nothing is known of the time before.
 */
export function ownEffect(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
  verification: Verification,
  fromMs: number,
): OwnEffect | null {
  const { before, earlier, comparisons } = verification;
  const beforeMs = median(verification.beforeMs);
  if (before.length === 0 || !(beforeMs > 0)) return null;
  const samples = samplesAfter(own, fromMs);
  const again = adjusted(pass, samples, comparisons);
  const after = isAlike(before, earlier, again) ? [...earlier, ...again] : again;
  const test = pass.env.strategies.sequentialTest({ before, after }, SCALES);
  const afterMs = median(quantilesOf(samples));
  const linked = besideLinks(pass, change, verification, samples);
  return {
    beforeMs,
    afterMs,
    effectRatio: Math.exp(test.mean) - 1,
    pValue: test.pValue,
    samples: after.length,
    hopeless: isHopeless(pass, change, before, after),
    allWorse: isAllWorse(before, again),
    whileDriven: provedWhileDriven(pass, change, verification, samples),
    besideLinks: linked === undefined || linked.gain,
    evidence: [
      `median of ${before.length} samples before: ${beforeMs.toFixed(2)} ms, of ${after.length} after: ${afterMs.toFixed(2)} ms`,
      linked !== undefined
        ? linked.text
        : comparisons.length === 0
          ? 'no untouched objective went like it before'
          : `compared with ${comparisons.map(({ objectiveId, weight }) => `${objectiveId} (${percent(weight)})`).join(', ')}, which went like it before`,
    ],
  };
}

/**
 * The gain with what untouched links did subtracted: it may only take away from a gain. Loads are no
 * latencies, so nothing is called harm for them. Undefined where no link was alike.
 */
function besideLinks(
  pass: Pass,
  { verify }: Change,
  { linked }: Verification,
  samples: readonly ObjectiveSample[],
): { readonly gain: boolean; readonly text: string } | undefined {
  if (linked === undefined) return undefined;
  const { mean, pValue } = pass.env.strategies.sequentialTest(
    { before: linked.before, after: lessLinks(pass, samples, linked.links) },
    SCALES,
  );
  const effectRatio = Math.exp(mean) - 1;
  return {
    gain: pValue < verify.alpha && effectRatio <= -verify.minGainRatio,
    text:
      `compared with the load of ${linksText(linked.links)}, which went like it before: ` +
      `${percent(Math.abs(effectRatio))} ${effectRatio > 0 ? 'worse' : 'better'} with that subtracted`,
  };
}

/** Chance alone does that with 5 and 5 samples once in 252 times. */
export const isAllWorse = (before: readonly number[], after: readonly number[]): boolean =>
  Math.min(before.length, after.length) >= FEWEST_ALL_WORSE &&
  Math.min(...after) > Math.max(...before);

/** Whether a change that is made again does what it did the first time, which counts as well then. */
function isAlike(
  before: readonly number[],
  earlier: readonly number[],
  again: readonly number[],
): boolean {
  if (again.length < FEWEST_AGAIN) return false;
  return median(again) <= (median(before) + median(earlier)) / 2;
}

/**
 * Whether the effect is less than the smallest that counts, by the same test, with the error that
 * the policy permits. A change that does nothing holds its devices, and whoever could help waits.
 */
function isHopeless(
  pass: Pass,
  { verify }: Change,
  before: readonly number[],
  after: readonly number[],
): boolean {
  if (after.length < Math.max(FEWEST_FOR_HOPE, HOPE_FACTOR * verify.minSamples)) return false;
  const gain = Math.log(1 - verify.minGainRatio);
  const { pValue, mean } = pass.env.strategies.sequentialTest(
    { before, after: after.map((value) => value - gain) },
    { ...SCALES, leastDeviation: LEAST_DEVIATION_OF_NONE },
  );
  return mean > 0 && pValue < falseRollbackRatio(verify);
}
