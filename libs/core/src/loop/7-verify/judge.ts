import type { Change, Verdict, VerdictRecord } from '../../model';
import { samplesAfter, touchesObjective } from '../effect';
import type { Verification } from '../observed';
import type { Pass } from '../pass';
import { countsFromMs } from './counting';
import { harmElsewhere, type Harm } from './harm';
import { ownEffect, type OwnEffect } from './own-effect';
import { falseRollbackRatio } from './error-rates';
import { percent } from './percent';

interface Seen {
  readonly own: OwnEffect | null;
  readonly harm: Harm;
  readonly samples: number;
  readonly elapsedMs: number;
}

/**
 * The verdict on a change, by tests that may be looked at after every sample: alpha is how often a
 * change that does nothing may be kept, falseRollbackRatio how often one that is good may be undone.
 * Returns null while there is no verdict yet.
 */
export function judge(
  pass: Pass,
  change: Change,
  verification: Verification,
): VerdictRecord | null {
  const fromMs = countsFromMs(verification, change);
  const state =
    change.objectiveId === null ? undefined : pass.observed.objectives.get(change.objectiveId);
  const own = state === undefined ? null : ownEffect(pass, change, state, verification, fromMs);
  const seen: Seen = {
    own,
    harm: harmElsewhere(pass, change, verification, fromMs),
    samples: own?.samples ?? samplesElsewhere(pass, change, fromMs),
    elapsedMs: pass.now.monoMs - verification.startedMs,
  };
  const found = provedHarm(change, seen) ?? provedGain(change, seen) ?? end(change, seen);
  return found === null ? null : written(seen, found);
}

type Found = readonly [verdict: Verdict, why: string];

function provedHarm({ verify }: Change, { own, harm, samples }: Seen): Found | null {
  if (samples < verify.minSamples) return null;
  if (harm.proved !== null) return ['harmed', harm.proved];
  if (own === null) return null;
  const limit = verify.harm.objectiveRatio;
  const sure = own.pValue < falseRollbackRatio(verify) || own.allWorse;
  return own.effectRatio > (sure ? limit : FAR_BEYOND * limit)
    ? ['harmed', `the objective is ${percent(own.effectRatio)} worse than before`]
    : null;
}

/** Harm so many times the limit ends a change without a test: waiting would do more of it. */
const FAR_BEYOND = 5;

/** Improved, and as far as can be seen at nobody's cost. */
function provedGain({ verify }: Change, { own, harm, samples }: Seen): Found | null {
  if (own === null || samples < verify.minSamples) return null;
  if (own.effectRatio > -verify.minGainRatio) return null;
  if (own.pValue >= verify.alpha && own.whileDriven === null) return null;
  // Where the driver is known to be there nothing has eased.
  if (!own.besideLinks && own.whileDriven === null) return null;
  if (harm.suspected !== null || harm.unheard.length > 0) return null;
  const shown = own.whileDriven === null ? '' : `; ${own.whileDriven}`;
  return ['improved', `the objective is ${percent(-own.effectRatio)} better than before${shown}`];
}

/** Without proof of either: given up when hope is gone or the time is up. */
function end({ origin, verify }: Change, seen: Seen): Found | null {
  const { own, harm, samples, elapsedMs } = seen;
  if (own !== null && origin === 'rule' && own.hopeless)
    return ['no-effect', `a gain of ${percent(verify.minGainRatio)} is out of reach by now`];
  // Whoever has no objective of their own waits less, unless somebody seems to pay for it.
  const enoughWithoutOwn =
    own === null && samples >= verify.minSamples && elapsedMs > verify.maxMs / 3;
  if ((!enoughWithoutOwn || harm.suspected !== null) && elapsedMs < verify.maxMs) return null;
  if (samples < verify.minSamples)
    return ['inconclusive', `only ${samples} samples in ${Math.round(elapsedMs)} ms`];
  if (harm.suspected !== null) return ['inconclusive', `perhaps ${harm.suspected}`];
  if (own === null || Math.abs(own.effectRatio) < verify.minGainRatio)
    return ['no-effect', 'no effect beyond the smallest that counts'];
  if (own.pValue >= verify.alpha || own.effectRatio >= 0)
    return ['inconclusive', 'an effect, but not beyond chance'];
  return own.besideLinks
    ? ['improved', unheardText(own, harm)]
    : ['inconclusive', 'untouched links that went like it eased as well'];
}

const unheardText = (own: OwnEffect, { unheard }: Harm): string =>
  `the objective is ${percent(-own.effectRatio)} better than before; nothing was heard of ${unheard.join(', ')}`;

function written({ own, samples }: Seen, [verdict, why]: Found): VerdictRecord {
  const { beforeMs, afterMs, effectRatio, pValue } = own ?? UNKNOWN;
  const evidence = own?.evidence ?? ['no objective of its own; judged by harm to others'];
  return {
    verdict,
    beforeMs,
    afterMs,
    effectRatio,
    pValue,
    samples,
    evidence: [...evidence, why],
  };
}

const UNKNOWN = { beforeMs: NaN, afterMs: NaN, effectRatio: 0, pValue: 1 };

function samplesElsewhere(pass: Pass, change: Change, fromMs: number): number {
  let most = 0;
  for (const state of pass.observed.objectives.values())
    if (touchesObjective(pass, change, state))
      most = Math.max(most, samplesAfter(state, fromMs).length);
  return most;
}
