import type { Change } from '../../model';
import { isTouching } from '../../change';
import { changeBeginsMs, touchesObjective } from '../effect';
import { devicesOnPaths, splitChannel, topologyIndex } from '../network';
import type { LinkComparison, ObjectiveSample, ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { logOf } from './comparison';
import { FELL_RATIO } from './driver';
import { kindOf, loadsAt } from './link-sample';
import { meanOf } from './mean';
import { percent } from './percent';

/** Samples up to the change in which likeness shows, and without which it does not. */
const PRE_TREND_SAMPLES = 60;
const FEWEST = 12;
/** Many links are looked at, and loads are not latencies: more is asked of them than of objectives. */
const LEAST_CORRELATION = 0.8;

/**
 * Untouched links of the kind of the touched ones whose load went like the change's own objective
 * up to it, each with its weight (synthetic control on the logarithms); none where none is alike.
 */
export function chooseLinks(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
): readonly LinkComparison[] {
  const { linkSample } = pass.observed;
  if (linkSample === undefined) return [];
  const untilMs = changeBeginsMs(pass, change);
  const samples = own.samples.filter(({ atMs }) => atMs <= untilMs).slice(-PRE_TREND_SAMPLES);
  const times = samples.map(({ atMs }) => atMs);
  const known = times.filter((atMs) => atMs >= (linkSample.frames[0]?.atMs ?? Infinity));
  if (known.length < FEWEST) return [];
  const values = samples.slice(-known.length).map(({ quantileMs }) => logOf(quantileMs));
  const donors = untouchedLinks(pass, change, own).flatMap((channel) => {
    const series = loadsAt(linkSample, channel, known);
    return correlation(values, series) >= LEAST_CORRELATION ? [{ channel, series }] : [];
  });
  if (donors.length === 0) return [];
  const weights = pass.env.strategies.syntheticControl(
    values,
    donors.map(({ series }) => series),
  );
  const fromMs = (change.times.observed ?? -Infinity) + pass.now.monoMs - pass.now.wallMs;
  return donors.flatMap(({ channel, series }, i) => {
    const weight = weights[i] ?? 0;
    const inside = series.filter((_, n) => (known[n] as number) >= fromMs);
    return weight > 0 ? [{ channel, weight, before: meanOf(inside) }] : [];
  });
}

/**
 * Of the kind of a touched one, and sent on by a device that is neither written nor on a path of
 * what crosses a written one: whatever moved may be anywhere there.
 */
function untouchedLinks(pass: Pass, change: Change, own: ObjectiveState): readonly string[] {
  const { frame, linkSample, objectives } = pass.observed;
  if (frame === null || linkSample === undefined) return [];
  const { topology } = pass.env;
  const index = topologyIndex(topology);
  const open = [...pass.durable.changes.values()].filter(({ state }) => isTouching(state));
  const near = new Set<string>(devicesOnPaths(pass, own.objective));
  for (const one of [change, ...open]) {
    for (const device of Object.keys(one.devices)) near.add(device);
    for (const prefix of one.plan.touches.prefixes) near.add(index.owners.get(prefix) ?? '');
    for (const state of objectives.values())
      if (touchesObjective(pass, one, state))
        for (const device of devicesOnPaths(pass, state.objective)) near.add(device);
  }
  const kinds = new Set(
    change.plan.touches.links.map((key) => kindOf(topology, frame.layout, key)),
  );
  return linkSample.channels.filter(
    (key) => !near.has(splitChannel(key).device) && kinds.has(kindOf(topology, frame.layout, key)),
  );
}

/** Pearson's; NaN where either does not move or is not known throughout. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [value - meanA, (b[i] as number) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}

/** Samples as logarithms, each less what the links did at that time. */
export function lessLinks(
  pass: Pass,
  samples: readonly ObjectiveSample[],
  links: readonly LinkComparison[],
): readonly number[] {
  const times = samples.map(({ atMs }) => atMs);
  const series = links.map(({ channel, weight, before }) =>
    loadsAt(pass.observed.linkSample, channel, times).map((load) => weight * (load - before)),
  );
  return samples.flatMap(({ quantileMs }, i) => {
    const value = series.reduce((left, loads) => left - (loads[i] as number), logOf(quantileMs));
    return Number.isNaN(value) ? [] : [value];
  });
}

/** Whether the links are as loaded as before: what came with the trouble is still there. */
export function stillPush(
  pass: Pass,
  samples: readonly ObjectiveSample[],
  links: readonly LinkComparison[],
): boolean {
  const times = samples.map(({ atMs }) => atMs);
  return (
    links.length > 0 &&
    links.every(({ channel, before }) => {
      const now = meanOf(loadsAt(pass.observed.linkSample, channel, times));
      return now - before > Math.log(1 - FELL_RATIO);
    })
  );
}

export const linksText = (links: readonly LinkComparison[]): string =>
  links.map(({ channel, weight }) => `${channel} (${percent(weight)})`).join(', ');
