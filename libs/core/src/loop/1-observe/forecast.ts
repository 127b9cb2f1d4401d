import type { ForecastPolicy, TelemetryFrame } from '../../model';
import type { ForecastState, LoadSeries } from '../forecast';
import type { Pass } from '../pass';
import { chosenChannels } from './forecast-channels';
import { foreseeBreaches, gainExperience } from './forecast-foresight';
import { summaryOf } from './forecast-score';
import { afterStep, beganSeries, MIXED_MS, relearnt, withSample } from './forecast-series';

/**
 * Keeps the forecasts of the load of the channels that objectives depend on. Nothing is done per
 * sample for any other channel, and what is done for these is bounded by their number: each tick adds
 * one sample to each, and once in a step of the policy, each series at its own moment, the step is
 * closed, judged and forecast.
 */
export function observeForecast(pass: Pass, frame: TelemetryFrame): void {
  const policy = pass.env.policy.forecast;
  if (policy?.enabled !== true) {
    if (pass.observed.forecast !== null) pass.observe({ forecast: null });
    return;
  }
  const settings = JSON.stringify(policy);
  const known = pass.observed.forecast;
  const { revision } = frame.layout;
  // Other settings and another topology make other series.
  const goesOn = known?.settings === settings && known.revision === revision;
  const state = goesOn ? known : emptyForecast(settings, revision);
  const isRound = frame.atMs >= state.roundMs;
  const followed = isRound ? follow(pass, frame, policy, state.series) : state.series;
  const series = learn(pass, frame, policy, followed);
  pass.observe({ forecast: { ...state, series } });
  if (!isRound) return;
  pass.observe({
    forecast: {
      ...state,
      series,
      roundMs: frame.atMs + policy.intervalMs,
      ...gainExperience(pass, frame, policy),
      foresights: foreseeBreaches(pass, frame, policy),
      summary: summaryOf(series, policy),
    },
  });
}

const emptyForecast = (settings: string, revision: string): ForecastState => ({
  settings,
  revision,
  roundMs: -Infinity,
  series: new Map(),
  experience: new Map(),
  foresights: new Map(),
  picture: null,
  summary: null,
});

/** Series of the channels that matter now; one whose part in the routes changed begins anew. */
function follow(
  pass: Pass,
  frame: TelemetryFrame,
  policy: ForecastPolicy,
  known: ReadonlyMap<string, LoadSeries>,
): ReadonlyMap<string, LoadSeries> {
  const series = new Map<string, LoadSeries>();
  for (const [key, { share, period }] of chosenChannels(pass, frame, policy, known)) {
    const old = known.get(key);
    const same = old !== undefined && Math.abs(old.share - share) <= SAME_SHARE * old.share;
    if (same) series.set(key, { ...old, period: sameTime(old.period, period) });
    else {
      const fromMs = Math.max(frame.atMs, pass.observed.routesChangedMs + MIXED_MS);
      const turn = frame.layout.channelIndex.get(key) ?? 0;
      series.set(key, beganSeries({ fromMs, share, period, turn, policy }));
    }
  }
  return series;
}

/** Shares of traffic that differ by less are the same routes. */
const SAME_SHARE = 0.01;
/** Measured iteration times that differ by less are the same; what was learnt by one stays. */
const SAME_TIME = 0.05;

const sameTime = (old: number | null, now: number | null): number | null =>
  old !== null && now !== null && Math.abs(now - old) <= SAME_TIME * old ? old : now;

/** Series that are learnt anew in one tick, one more for each so many. */
const SERIES_PER_RELEARNING = 256;

function learn(
  pass: Pass,
  frame: TelemetryFrame,
  policy: ForecastPolicy,
  known: ReadonlyMap<string, LoadSeries>,
): ReadonlyMap<string, LoadSeries> {
  const series = new Map<string, LoadSeries>();
  for (const [key, one] of known) {
    const sampled = withSample(one, loadNow(pass, frame, key), frame.atMs);
    series.set(
      key,
      frame.atMs >= sampled.endMs ? afterStep(pass, policy, sampled, frame.atMs) : sampled,
    );
  }
  const most = Math.ceil(series.size / SERIES_PER_RELEARNING);
  return relearnt(pass, policy, series, most);
}

/** Utilisation of a channel in this frame; NaN when it is not known. */
function loadNow(pass: Pass, { layout, channels }: TelemetryFrame, key: string): number {
  const row = layout.channelIndex.get(key) ?? -1;
  const fresh = (channels.ageMs[row] ?? Infinity) <= pass.env.policy.freshness.staleMs;
  return fresh ? (channels.txBps[row] ?? NaN) / (layout.channels[row]?.capacityBps ?? NaN) : NaN;
}
