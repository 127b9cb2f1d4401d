import { actionText, type Action, type RecordBody } from '@weir/core/model';
import { canonicalJson } from '@weir/core/ports';

/** What one pass decided about one objective, without the numbers that only count. */
export interface FlightDecision {
  readonly what: 'incident' | 'change' | 'shadow' | 'note';
  readonly objective: string;
  readonly rule: string | null;
  readonly action: string | null;
  readonly mode: string | null;
  /** Why it went no further: the refusal, or what is noted on the incident; empty when it did. */
  readonly refusal: string;
}

export interface KeyedDecision {
  readonly decision: FlightDecision;
  /** Equal for decisions that are the same to the last setting. */
  readonly key: string;
}

/** The decisions in the records of a pass. Ids are left out: they differ once anything has. */
export function decisionsIn(
  records: readonly RecordBody[],
  objectiveOf: (incident: string) => string,
): KeyedDecision[] {
  return records.flatMap((body): KeyedDecision[] => {
    switch (body.kind) {
      case 'incident-opened':
        return [keyed('incident', body.incident.objectiveId, {})];
      case 'change-proposed': {
        const { change } = body;
        if (change.origin !== 'rule') return [];
        const refused = records.find(
          (other) =>
            other.kind === 'change-transition' && other.id === change.id && other.to === 'rejected',
        );
        const refusal = refused?.kind === 'change-transition' ? refused.reason : '';
        const { rule, action, mode } = change;
        return [keyed('change', change.objectiveId ?? '', { rule, action, mode, refusal })];
      }
      case 'shadow-decided': {
        // One that stands for a change is told as that change.
        if (body.changeId !== null) return [];
        const { rule, action, why, objectiveId } = body;
        return [keyed('shadow', objectiveId, { rule, action, mode: why })];
      }
      case 'incident-diagnosed':
        if (body.note === '') return [];
        return [keyed('note', objectiveOf(body.id), { rule: body.rule, refusal: body.note })];
      default:
        return [];
    }
  });
}

interface Parts {
  readonly rule?: string | null;
  readonly action?: Action;
  readonly mode?: string;
  readonly refusal?: string;
}

function keyed(what: FlightDecision['what'], objective: string, parts: Parts): KeyedDecision {
  const { rule = null, action, mode = null, refusal = '' } = parts;
  const decision: FlightDecision = {
    what,
    objective,
    rule,
    action: action === undefined ? null : actionText(action),
    mode,
    refusal,
  };
  // Figures in a reason move from look to look; the words do not.
  const words = refusal.replace(/[\d.]+/g, '#');
  const settings = action === undefined || action.type === 'undo' ? null : action;
  return { decision, key: canonicalJson([what, objective, rule, settings, mode, words]) };
}
