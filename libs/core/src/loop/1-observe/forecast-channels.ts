import type { ForecastPolicy, Objective, TelemetryFrame } from '../../model';
import type { LoadSeries } from '../forecast';
import { channelsOf } from '../network';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';

interface Wanted {
  /** Share of the objectives' traffic that leads over it, legs added up. */
  readonly share: number;
  /** Shortest iteration, in steps, of the jobs over it that the steps can see. */
  readonly period: number | null;
}

/** A channel that is followed keeps its place against one that is hotter by less than this. */
const HEAD_START = 0.1;

/** Channels on the paths of objectives, the hottest first, as many as the policy allows. */
export function chosenChannels(
  pass: Pass,
  frame: TelemetryFrame,
  { intervalMs, maxSeries }: ForecastPolicy,
  followed: ReadonlyMap<string, LoadSeries>,
): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const state of pass.observed.objectives.values()) {
    const period = periodSteps(state, intervalMs);
    for (const [key, share] of channelsOf(pass, state.objective)) {
      const known = wanted.get(key);
      wanted.set(key, {
        share: (known?.share ?? 0) + share,
        period: shorter(known?.period ?? null, period),
      });
    }
  }
  if (wanted.size <= maxSeries) return wanted;
  const { layout, channels } = frame;
  const heat = (key: string): number => {
    const row = layout.channelIndex.get(key) ?? -1;
    const load = (channels.txBps[row] ?? NaN) / (layout.channels[row]?.capacityBps ?? NaN);
    return (Number.isNaN(load) ? 0 : load) + (followed.has(key) ? HEAD_START : 0);
  };
  return new Map(
    [...wanted]
      .map(([key, value]) => ({ key, value, heat: heat(key) }))
      .sort((a, b) => b.heat - a.heat)
      .slice(0, maxSeries)
      .map(({ key, value }) => [key, value]),
  );
}

/** A shorter iteration cannot be seen: it takes two samples; of a longer one too few are in view. */
const LEAST_STEPS = 2;
const MOST_STEPS = 160;

/** The iteration of a training job as measured, by its plan while it was not; null for others. */
function periodSteps({ objective, job }: ObjectiveState, intervalMs: number): number | null {
  const periodMs = Number.isNaN(job.iterationMs) ? plannedMs(objective) : job.iterationMs;
  const steps = periodMs / intervalMs;
  return steps >= LEAST_STEPS && steps <= MOST_STEPS ? steps : null;
}

const plannedMs = ({ periodMs }: Objective): number => periodMs ?? NaN;

const shorter = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
