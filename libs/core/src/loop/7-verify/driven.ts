import type { Change, Comparison } from '../../model';
import type { Driven, ObjectiveSample, Verification } from '../observed';
import type { Pass } from '../pass';
import { adjusted } from './comparison';
import { loadsOf, type Driver } from './driver';
import { percent } from './percent';
import { SCALES } from './scales';

/** A load comes and goes when the least of it is below this share of the most. */
const COMES_AND_GOES = 0.6;
/** Samples of the time before, with the driver there, without which they say nothing. */
const FEWEST_BEFORE = 3;

/**
 * What drives an objective now and then, where that can be seen: a link that was down, else a load
 * on the written devices that comes and goes. Undefined where nothing does.
 */
export function drivenBefore(
  pass: Pass,
  change: Change,
  { down }: Driver,
  samples: readonly ObjectiveSample[],
  comparisons: readonly Comparison[],
): Driven | undefined {
  const fromMs = (samples[0]?.atMs ?? Infinity) - 1;
  const toMs = samples.at(-1)?.atMs ?? -Infinity;
  const loads = loadsOf(pass, change, { fromMs, toMs }).map(({ bps }) => bps);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  const isLoad = down.length === 0;
  if (isLoad && !(least < COMES_AND_GOES * most)) return undefined;
  const driven = { down, leastBps: isLoad ? (least + most) / 2 : 0, before: [] };
  const inside = samplesOf(pass, change, driven, samples);
  if (inside.length < FEWEST_BEFORE) return undefined;
  return { ...driven, before: adjusted(pass, inside, comparisons) };
}

/** Samples of frames in which the driver was there. */
function samplesOf(
  pass: Pass,
  change: Change,
  { down, leastBps }: Driven,
  samples: readonly ObjectiveSample[],
): readonly ObjectiveSample[] {
  const times = new Set<number>();
  if (down.length > 0) {
    for (const frame of pass.observed.downFrames ?? [])
      if (frame.down.some((key) => down.includes(key))) times.add(frame.atMs);
  } else
    for (const { atMs, bps } of loadsOf(pass, change, { fromMs: -Infinity, toMs: Infinity }))
      if (bps >= leastBps) times.add(atMs);
  return samples.filter(({ atMs }) => times.has(atMs));
}

/**
 * Whether the change is proved by the samples with the driver there alone: where it comes and goes,
 * the good samples in between are noise that hides what the change does. Since it is another look at
 * the same change, half of the error is left to it. Null where it is not.
 */
export function provedWhileDriven(
  pass: Pass,
  change: Change,
  { driven, comparisons }: Pick<Verification, 'driven' | 'comparisons'>,
  samples: readonly ObjectiveSample[],
): string | null {
  if (driven === undefined) return null;
  const after = adjusted(pass, samplesOf(pass, change, driven, samples), comparisons);
  const { verify } = change;
  const { pValue, mean } = pass.env.strategies.sequentialTest(
    { before: driven.before, after },
    SCALES,
  );
  if (!(pValue < verify.alpha / 2 && mean <= Math.log(1 - verify.minGainRatio))) return null;
  const what = driven.down.length > 0 ? `${driven.down[0] ?? ''} was down` : 'the load was high';
  return (
    `while ${what}, ${after.length} samples are ${percent(1 - Math.exp(mean))} better than ` +
    `${driven.before.length} before`
  );
}
