import type { ForecastPolicy, TelemetryFrame } from '../../model';
import {
  exposureOf,
  foreseeing,
  foretoldLoad,
  hurtfulExposure,
  latestLoad,
  NO_EXPERIENCE,
  withLook,
  type Experience,
  type ForecastState,
  type Foresight,
} from '../forecast';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/**
 * How each objective fared since the last round, against its exposure meanwhile. Both come from the
 * samples, not from the window, which remembers a breach when its load is long gone.
 */
export function gainExperience(
  pass: Pass,
  frame: TelemetryFrame,
  { intervalMs }: ForecastPolicy,
): Pick<ForecastState, 'experience' | 'picture'> {
  const { forecast, objectives } = pass.observed;
  const experience = new Map<string, Experience>();
  let picture = forecast?.picture ?? null;
  if (forecast === null) return { experience, picture };
  // What nobody acts on need not be known.
  if (foreseeing(pass.env.policy).rules.length === 0)
    return { experience: forecast.experience, picture };
  const loadOf = latestLoad(forecast.series);
  for (const [id, state] of objectives) {
    const known = forecast.experience.get(id) ?? NO_EXPERIENCE;
    const fared = farings(pass, state, frame.atMs - intervalMs);
    const exposure = fared === null ? NaN : exposureOf(pass, state.objective, loadOf);
    experience.set(id, fared === null ? known : withLook(known, exposure, fared === 'hurt'));
    if (fared === 'hurt')
      picture = {
        revision: frame.layout.revision,
        channelBps: frame.channels.txBps.slice(),
        prefixBps: frame.prefixes.txBps.slice(),
      };
  }
  return { experience, picture };
}

/** Whether most samples since then missed the objective; null where there were none. */
function farings(pass: Pass, state: ObjectiveState, sinceMs: number): 'hurt' | 'fine' | null {
  const thresholdMs = thresholdOf(state, pass.env.policy.detect);
  if (Number.isNaN(thresholdMs)) return null;
  let [all, over] = [0, 0];
  for (let i = state.samples.length - 1; i >= 0; i--) {
    const sample = state.samples[i];
    if (sample === undefined || sample.atMs <= sinceMs) break;
    all++;
    if (sample.quantileMs > thresholdMs) over++;
  }
  return all === 0 ? null : over * 2 > all ? 'hurt' : 'fine';
}

/**
 * Breaches that may come: the load at the upper end of the interval exposes an objective that is met
 * now to as much as is known to hurt it. What is foreseen stays foreseen until its time is over.
 */
export function foreseeBreaches(
  pass: Pass,
  frame: TelemetryFrame,
  { intervalMs, horizonSteps }: ForecastPolicy,
): ReadonlyMap<string, Foresight> {
  const foresights = new Map<string, Foresight>();
  const { forecast, objectives } = pass.observed;
  if (forecast === null || foreseeing(pass.env.policy).rules.length === 0) return foresights;
  const loadOf = foretoldLoad(forecast.series, 'upper');
  const dueMs = frame.atMs + horizonSteps * intervalMs;
  for (const [id, { objective }] of objectives) {
    const known = forecast.foresights.get(id);
    const limit = hurtfulExposure(forecast.experience.get(id) ?? NO_EXPERIENCE);
    const hurts = limit !== null && exposureOf(pass, objective, loadOf) >= limit;
    const untilMs = dueMs + intervalMs;
    if (hurts)
      foresights.set(id, {
        rounds: (known?.rounds ?? 0) + 1,
        dueMs: known?.dueMs ?? dueMs,
        untilMs,
      });
    else if (known !== undefined && frame.atMs < known.untilMs)
      foresights.set(id, { ...known, rounds: 0 });
  }
  return foresights;
}
