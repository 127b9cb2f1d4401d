import type { Action, Change, Incident, StageTimes } from '@weir/core/model';
import type { ChangeResult, IncidentResult, Score, Truth } from '../result';
import { VirtualTime } from '@weir/sim';

const since = (wallMs: number): number => VirtualTime.sinceStartMs(wallMs);
const sinceOrNull = (wallMs: number | null): number | null =>
  wallMs === null ? null : since(wallMs);

export function incidentResult(incident: Incident, named: IncidentResult['named']): IncidentResult {
  const { id, objectiveId, state, rule, changes, note, diagnosis } = incident;
  return {
    id,
    objective: objectiveId,
    state,
    symptom: incident.symptom ?? 'latency',
    observedMs: since(incident.observedMs),
    detectedMs: since(incident.detectedMs),
    diagnosedMs: sinceOrNull(incident.diagnosedMs),
    closedMs: sinceOrNull(incident.closedMs),
    rule,
    causes: diagnosis?.causes ?? [],
    named,
    changes: [...changes],
    note,
  };
}

export interface Known {
  /** Whether a Set was sent to any device. */
  readonly applied: boolean;
  /** Whether it was made again after a trial. */
  readonly repeated: boolean;
  readonly truth: Truth | null;
}

export function changeResult(change: Change, known: Known): ChangeResult {
  const { applied, truth } = known;
  const outcome = outcomeOf(change, known);
  return {
    id: change.id,
    origin: change.origin,
    rule: change.rule,
    incident: change.incident,
    objective: change.objectiveId,
    cause: change.cause,
    action: actionText(change.action),
    state: change.state,
    reason: change.reason,
    mode: change.mode,
    createdMs: since(change.createdMs),
    times: timesOf(change.times),
    devices: Object.keys(change.devices),
    diffs: change.plan.diffs,
    predicted: change.plan.predicted,
    verdict: change.verdict,
    switchback: change.switchback ?? null,
    applied,
    outcome,
    truth,
    score: truth === null ? null : scoreOf(outcome, truth),
  };
}

/** A trial is over when the change was made again, which then counts, or is known to be no use. */
function outcomeOf(change: Change, { applied, repeated }: Known): ChangeResult['outcome'] {
  const { state, verdict, switchback } = change;
  if (!applied) return 'not-applied';
  if (state === 'confirmed') return 'kept';
  const onTrial = verdict?.switchback === true && (switchback === undefined || repeated);
  if (state === 'rolled-back' && onTrial) return 'on-trial';
  return state === 'rolled-back' ? 'undone' : 'open';
}

/** A change that helps nobody's objective (a drain, an undo) is right when it does no harm. */
function scoreOf(outcome: ChangeResult['outcome'], { effect, effectRatio }: Truth): Score {
  if (outcome === 'kept') {
    if (effect === 'harmed') return 'kept-but-harmful';
    return effect === 'improved' || effectRatio === null ? 'right' : 'kept-but-useless';
  }
  if (outcome === 'undone') return effect === 'improved' ? 'undone-but-good' : 'right';
  return 'unsettled';
}

const timesOf = (times: StageTimes): StageTimes =>
  Object.fromEntries(
    Object.entries(times as Record<string, number>).map(([stage, ms]) => [stage, since(ms)]),
  );

function actionText(action: Action): string {
  switch (action.type) {
    case 'reroute':
      return `reroute ${counted(action.routes.length, 'route')}`;
    case 'buffer':
      return `buffer share of ${counted(action.settings.length, 'queue')}`;
    case 'ecn':
      return `ECN thresholds of ${counted(action.settings.length, 'queue')}`;
    case 'scheduler':
      return `scheduler weight of ${counted(action.settings.length, 'queue')}`;
    default:
      return action.type;
  }
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
