import type { Objective, TelemetryFrame } from '../../model';
import { LIMITS } from '../../state';
import { crossCheck, latestRates } from '../evidence';
import { foldDemand } from '../network';
import { thresholdOf, type ObjectiveState, type Trend } from '../observed';
import type { Pass } from '../pass';
import { observeForecast } from './forecast';
import { foldBurn, slowOf } from './burn-rate';
import { foldJobTimes } from './job-times';
import { foldTrend } from './trend';
import { foldUsual } from './usual';
import { foldWorkerTimes } from './worker-times';

/** Sample intervals of which some part may be older than a change of routes, ms. */
const MIXED_MS = 2_500;

/** Takes the newest columns and decides whether enough of the world is known to act on it. */
export function observeFrame(pass: Pass, frame: TelemetryFrame | null): void {
  if (frame === null) {
    pass.observe({ phase: 'waiting-telemetry', holdReason: 'no telemetry has arrived yet' });
    return;
  }
  const unknownChannels = countUnknown(pass, frame);
  const holdReason = reasonToHold(pass, frame, unknownChannels);
  const phase = holdReason === '' ? 'running' : waitingOrHolding(pass);
  // Samples of the time of a change are of both worlds; averages begin after it.
  const unsettled = frame.atMs - pass.observed.routesChangedMs < MIXED_MS;
  const trend = foldTrend(pass.env.topology, unsettled ? null : pass.observed.trend, frame);
  const { topology, policy } = pass.env;
  const known = pass.observed.contradictions;
  // Both ends of a link agree whatever is written to its switches: this goes on where averages begin
  // anew.
  const rates = latestRates(pass.observed.rates, trend);
  const contradictions = crossCheck(topology, policy.freshness, frame, rates, known);
  pass.observe({ frame, trend, rates, unknownChannels, contradictions, holdReason, phase });
  const objectives = new Map<string, ObjectiveState>();
  for (const [id, state] of pass.observed.objectives)
    objectives.set(id, foldObjective(pass, state, frame));
  pass.observe({ objectives });
  pass.observe({ usual: foldUsual(pass.observed, trend) });
  observeForecast(pass, frame);
  observeDemand(pass, frame, trend);
}

/** Frames after which the averages tell what there is. */
const ENOUGH_FRAMES = 8;

function observeDemand(pass: Pass, frame: TelemetryFrame, trend: Trend): void {
  const { routesChangedMs, demand } = pass.observed;
  pass.observe({ demand: foldDemand(demand, frame, trend) });
  if (trend.frames === ENOUGH_FRAMES && Number.isFinite(routesChangedMs))
    pass.observe({ effectDelayMs: frame.atMs - routesChangedMs });
}

const waitingOrHolding = (pass: Pass): 'waiting-telemetry' | 'holding' =>
  pass.observed.phase === 'starting' || pass.observed.phase === 'waiting-telemetry'
    ? 'waiting-telemetry'
    : 'holding';

function countUnknown(pass: Pass, frame: TelemetryFrame): number {
  const { ageMs, txBps } = frame.channels;
  const { staleMs } = pass.env.policy.freshness;
  let unknown = 0;
  for (let i = 0; i < ageMs.length; i++) {
    const age = ageMs[i] as number;
    const rate = txBps[i] as number;
    if (!(age <= staleMs) || rate !== rate) unknown++;
  }
  return unknown;
}

function reasonToHold(pass: Pass, frame: TelemetryFrame, unknown: number): string {
  const total = frame.channels.ageMs.length;
  const { maxUnknownRatio } = pass.env.policy.freshness;
  if (frame.layout.revision !== pass.env.topology.revision)
    return 'telemetry is of another topology revision';
  if (total > 0 && unknown / total > maxUnknownRatio)
    return `${unknown} of ${total} channels are unknown, more than the limit of ${maxUnknownRatio * 100} %`;
  return '';
}

/** What verification may be told to keep from harm besides the quantile of the objective. */
const TAIL_QUANTILE = 0.99;

const NO_WORKERS: ObjectiveState['workers'] & object = new Map();

/** Adds what arrived since the last frame to the rolling window and takes its quantile. */
function foldObjective(pass: Pass, state: ObjectiveState, frame: TelemetryFrame): ObjectiveState {
  const { objective } = state;
  const { windowMs, minCount } = pass.env.policy.detect;
  const arrived = mergedCounts(objective, frame);
  let { window, boundsMs, samples } = state;
  if (arrived !== null) {
    if (!sameBounds(arrived.boundsMs, boundsMs)) {
      window = [];
      boundsMs = arrived.boundsMs;
    }
    window = [...window, { atMs: frame.atMs, counts: arrived.counts }];
    const count = total(arrived.counts);
    const quantileMs = pass.env.strategies.quantile(boundsMs, arrived.counts, objective.quantile);
    const tailMs = pass.env.strategies.quantile(boundsMs, arrived.counts, TAIL_QUANTILE);
    if (count > 0)
      samples = [...samples, { atMs: frame.atMs, quantileMs, tailMs, count }].slice(
        -LIMITS.objectiveSamples,
      );
  }
  window = window.filter((entry) => frame.atMs - entry.atMs < windowMs);
  const counts = boundsMs.map((_, i) => sumAt(window, i));
  counts.push(sumAt(window, boundsMs.length));
  // Iterations and collectives are far rarer than requests; a tenth of the count is asked of them.
  const needed = objective.metric === 'request-latency' ? minCount : Math.max(1, minCount / 10);
  const enough = window.length > 0 && total(counts) >= needed;
  const quantileMs = enough
    ? pass.env.strategies.quantile(boundsMs, counts, objective.quantile)
    : NaN;
  const medianMs = enough ? pass.env.strategies.quantile(boundsMs, counts, 0.5) : NaN;
  const judged = arrived !== null && !Number.isNaN(quantileMs) && objective.thresholdMs !== null;
  const met = judged && quantileMs <= (objective.thresholdMs ?? Infinity);
  return {
    ...state,
    job: foldJobTimes(
      state,
      arrived,
      mergedCounts({ ...objective, metric: 'collective-time' }, frame),
    ),
    workers: foldWorkerTimes(state.workers ?? NO_WORKERS, objective, frame),
    window,
    boundsMs,
    samples,
    quantileMs,
    medianMs,
    burn: burnOf(pass, state, frame, arrived),
    windows: state.windows + (judged ? 1 : 0),
    attained: state.attained + (met ? 1 : 0),
  };
}

function burnOf(
  pass: Pass,
  state: ObjectiveState,
  { atMs }: TelemetryFrame,
  arrived: { boundsMs: readonly number[]; counts: readonly number[] } | null,
): ObjectiveState['burn'] {
  const { detect } = pass.env.policy;
  const thresholdMs = thresholdOf(state, detect);
  const known = arrived !== null && !Number.isNaN(thresholdMs);
  return foldBurn(state.burn, detect.burn ?? null, atMs, {
    count: known ? total(arrived.counts) : 0,
    slow: known ? slowOf(arrived.boundsMs, arrived.counts, thresholdMs) : 0,
  });
}

const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

const sumAt = (window: ObjectiveState['window'], index: number): number =>
  window.reduce((sum, entry) => sum + (entry.counts[index] ?? 0), 0);

const sameBounds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((bound, i) => bound === b[i]);

/** All samples of the objective's workloads in this frame as one histogram; null if there is none. */
function mergedCounts(
  objective: Objective,
  frame: TelemetryFrame,
): { boundsMs: readonly number[]; counts: readonly number[] } | null {
  let merged: { boundsMs: readonly number[]; counts: number[] } | null = null;
  for (const sample of frame.workloads) {
    if (sample.metric !== objective.metric || !objective.workloads.includes(sample.workload))
      continue;
    if (merged === null) merged = { boundsMs: sample.boundsMs, counts: [...sample.counts] };
    else if (sameBounds(merged.boundsMs, sample.boundsMs))
      for (let i = 0; i < sample.counts.length; i++)
        merged.counts[i] = (merged.counts[i] ?? 0) + (sample.counts[i] ?? 0);
  }
  return merged;
}
