import type { Action, Shadow, ShadowOutcome, ShadowScore } from '../../model';
import { scoreKey } from '../../state';
import { bufferCandidate } from '../4-decide/buffer';
import { ecnCandidate } from '../4-decide/ecn';
import { exposureGain } from '../4-decide/exposure';
import { schedulerCandidate } from '../4-decide/scheduler';
import { evidenceFor, type Evidence } from '../evidence';
import { loadsOf, whatIf } from '../network';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** Later than this after its time a decision is not judged by what is measured then, ms. */
const LATE_MS = 60_000;
/** Real changes of a rule before its predictions are corrected by them. */
const CALIBRATED_FROM = 3;
const MOST_CORRECTION = 2;

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** What the decision would have been worth, by what was measured since. */
export function scoreShadow(pass: Pass, shadow: Shadow): ShadowScore {
  const state = pass.observed.objectives.get(shadow.objectiveId);
  const since = state === undefined ? [] : samplesSince(pass, shadow, state);
  const afterMs = middle(since);
  const as = (
    outcome: ShadowOutcome,
    gain: { readonly gainRatio: number; readonly uncertaintyRatio: number },
    ...evidence: string[]
  ): ShadowScore => {
    const figures = { afterMs: Number.isNaN(afterMs) ? -1 : afterMs, samples: since.length };
    return { outcome, ...gain, ...figures, evidence };
  };
  const unknown = (why: string): ShadowScore =>
    as('unknown', { gainRatio: 0, uncertaintyRatio: 1 }, why);

  if (state === undefined) return unknown('the objective is not watched any more');
  if (pass.now.wallMs - shadow.dueMs > LATE_MS) return unknown('nobody looked when it was due');
  if (pass.observed.holdReason !== '') return unknown(pass.observed.holdReason);
  if (since.length < shadow.minSamples)
    return unknown(`only ${since.length} samples since it would have settled`);
  const thresholdMs = thresholdOf(state, pass.env.policy.detect);
  const measured = `median since then: ${afterMs.toFixed(2)} ms, threshold ${thresholdMs.toFixed(2)} ms`;
  if (afterMs <= thresholdMs)
    return as(
      'not-needed',
      { gainRatio: 0, uncertaintyRatio: 0 },
      measured,
      'it recovered by itself',
    );
  const harm = harmOf(pass, shadow.action);
  const predicted = predictedNow(pass, shadow, evidenceFor(pass, state));
  if (harm === null && predicted === null)
    return unknown('what it would do now cannot be said: the rule or the change is gone');
  // Without requests, or without rates of the links, nothing can be predicted; no record holds that.
  if (predicted !== null && !Number.isFinite(predicted))
    return unknown('what it would do now cannot be said: it rests on a figure that is unknown');
  const gain = corrected(pass, shadow, predicted ?? 0);
  const words = `the model predicts ${percent(gain.gainRatio)} with what is measured now`;
  if (harm !== null) return as('harmed', gain, measured, harm);
  if (gain.gainRatio >= shadow.minGainRatio) return as('harmed', gain, measured, words);
  return as(gain.gainRatio <= -shadow.minGainRatio ? 'helped' : 'no-gain', gain, measured, words);
}

/** Samples count from when the decision would have settled; the controller's clocks agree on that. */
function samplesSince(
  { now }: Pass,
  shadow: Shadow,
  { samples }: ObjectiveState,
): readonly number[] {
  const fromMs = shadow.settledMs - now.wallMs + now.monoMs;
  return samples.filter((sample) => sample.atMs > fromMs).map((sample) => sample.quantileMs);
}

function middle(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return known[known.length >> 1] ?? NaN;
}

/** Loops, holes and overload that the decision would bring now; null when there are none. */
function harmOf(pass: Pass, action: Action): string | null {
  const { frame } = pass.observed;
  if (action.type !== 'reroute' || frame === null) return null;
  const after = whatIf(pass, action.routes);
  for (const { device, prefix } of action.routes) {
    const { problem } = after.model.spread(device, prefix);
    if (problem !== null) return `${prefix} from ${device} would end at ${problem.at}`;
  }
  const before = loadsOf(frame);
  const limit = pass.env.policy.limits.maxPredictedUtilizationRatio;
  const present = Math.max(0, ...after.touched.map((key) => before.get(key) ?? 0));
  for (const key of after.touched) {
    const load = after.loads.get(key) ?? 0;
    if (load > (before.get(key) ?? 0) && load > Math.max(limit, present) + 1e-6)
      return `${key} would be at ${percent(load)}`;
  }
  return null;
}

/** Gain that the model predicts of the same action now; null when it cannot say. */
function predictedNow(pass: Pass, shadow: Shadow, evidence: Evidence): number | null {
  const { action } = shadow;
  if (action.type === 'reroute') return exposureGain(pass, evidence, action.routes);
  if (action.type === 'undo') return null;
  const spec = pass.env.policy.rules.find((rule) => rule.name === shadow.rule)?.action;
  if (spec?.type !== action.type) return null;
  const again =
    spec.type === 'buffer'
      ? bufferCandidate(pass, spec, evidence)
      : spec.type === 'ecn'
        ? ecnCandidate(pass, spec, evidence)
        : spec.type === 'scheduler'
          ? schedulerCandidate(pass, spec, evidence, true)
          : null;
  // The rule would leave these queues alone by now: whatever ails the objective, it is not they.
  if (again === null || !sharesQueue(again.action, action)) return 0;
  return again.predicted.gainRatio;
}

function sharesQueue(a: Action, b: Action): boolean {
  const keys = (action: Action): string[] =>
    action.type === 'reroute' || action.type === 'undo' || action.type === 'sr-policy'
      ? []
      : action.settings.map((item) => `${item.device}:${item.interface}:${item.queue}`);
  const known = new Set(keys(a));
  return keys(b).some((key) => known.has(key));
}

/** Predictions of a rule are held against what its real changes did, where there were enough. */
function corrected(pass: Pass, shadow: Shadow, gainRatio: number) {
  const { uncertaintyRatio } = shadow.predicted;
  const calibration = pass.durable.scores.get(scoreKey(shadow))?.calibration;
  if (calibration === undefined || calibration.count < CALIBRATED_FROM)
    return { gainRatio, uncertaintyRatio };
  const { count, predicted, measured, squaredError } = calibration;
  const ratio = predicted < 0 ? measured / predicted : 1;
  const factor = Math.min(MOST_CORRECTION, Math.max(0, ratio));
  const spread = Math.sqrt(squaredError / count);
  return {
    gainRatio: gainRatio < 0 ? gainRatio * factor : gainRatio,
    uncertaintyRatio: Math.max(uncertaintyRatio, spread),
  };
}
