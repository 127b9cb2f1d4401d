import { isTerminal } from '@weir/core/change';
import type { Change, Decision } from '@weir/core/model';
import { causeOf, symptomOf } from './symptom';
import type {
  Choice,
  Ending,
  Explanation,
  Origin,
  RelatedChange,
  SwitchbackTold,
} from './explanation';
import { gapsOf } from './gaps';
import { comparisonOf, lessonOf } from './lesson';
import { rulesAsked, type PolicyOrder } from './rules';
import type { Story } from './story';
import { transactionOf } from './transaction';

/**
 * The chain from what was observed to how it ended, from what is recorded and nothing else. `policy`
 * is the one in force now, null where there is none to ask.
 */
export function explain(story: Story, policy: PolicyOrder | null): Explanation {
  const { change, incident, shadows } = story;
  const told = {
    subject: { kind: story.subject, id: change?.id ?? incident?.id ?? '' },
    origin: change === null ? null : originOf(change, story),
    symptom: incident === null ? null : symptomOf(story, incident),
    cause: causeOf(story),
    rules: rulesAsked(story, policy),
    shadows: shadows.map(({ id, rule, why, detail, action, predicted, decidedMs, score }) => ({
      ...{ id, rule, why, detail, action, predicted, decidedMs, score },
    })),
    choice: change === null ? null : choiceOf(change, story.decision),
    transaction: change === null ? null : transactionOf(change, story.records),
    verdict: change?.verdict ?? null,
    switchback: change === null ? null : switchbackOf(change),
    comparison: change === null ? null : comparisonOf(change),
    end: endingOf(story),
    lesson: change === null ? null : lessonOf(change, story.experience),
    changes: story.others.map((other) => relatedOf(other, change)),
  };
  return { ...told, notRecorded: gapsOf(told, story) };
}

const PROPOSED_BY = /^proposed by (.+)$/;

function originOf(change: Change, { records }: Story): Origin {
  const proposed = records.find(
    ({ body }) => body.kind === 'change-proposed' && body.change.id === change.id,
  )?.body;
  const reason = proposed?.kind === 'change-proposed' ? proposed.change.reason : change.reason;
  return {
    type: change.origin,
    name: change.rule ?? change.intent ?? '',
    by: PROPOSED_BY.exec(reason)?.[1] ?? null,
    atMs: change.createdMs,
  };
}

function choiceOf(change: Change, decision: Decision | null): Choice {
  const chosen = decision?.chosen ?? null;
  const candidate = decision?.rules
    .find(({ rule }) => rule === chosen?.rule)
    ?.candidates.find(({ action }) => action === chosen?.action);
  return {
    ...planned(change),
    why: chosen?.why ?? null,
    method: candidate?.method ?? null,
    learned: candidate?.learned ?? null,
  };
}

const planned = ({
  action,
  mode,
  plan,
  approvedBy,
}: Change): Omit<Choice, 'why' | 'method' | 'learned'> => ({
  action,
  mode,
  devices: plan.diffs.map(({ device }) => device),
  leaves: plan.diffs.flatMap(({ device, leaves }) =>
    leaves.map(({ path, before, after }) => ({ device, path, before, after })),
  ),
  predicted: plan.predicted,
  checks: plan.checks,
  risk: plan.risk,
  planHash: plan.hash,
  approvedBy,
});

function endingOf({ change, incident }: Story): Ending {
  if (change !== null) {
    const { state, reason, times, updatedMs, leaseUntilMs, adopted } = change;
    const over = isTerminal(state);
    const atMs = over ? (times.settled ?? updatedMs) : null;
    return { state, over, atMs, reason, leaseUntilMs, adopted: adopted ?? null };
  }
  return {
    state: incident?.state ?? 'open',
    over: incident?.state === 'closed',
    atMs: incident?.closedMs ?? null,
    reason: incident?.note ?? '',
    leaseUntilMs: null,
    adopted: null,
  };
}

function switchbackOf({ verdict, switchback }: Change): SwitchbackTold | null {
  if (verdict?.switchback !== true) return null;
  return switchback ?? { outcome: 'open', reason: 'what going back shows is being measured' };
}

const relatedOf = (other: Change, own: Change | null): RelatedChange => ({
  id: other.id,
  relation: relationOf(other, own),
  type: other.action.type,
  state: other.state,
  verdict: other.verdict?.verdict ?? null,
});

function relationOf(other: Change, own: Change | null): RelatedChange['relation'] {
  if (own === null) return 'same-incident';
  if (own.action.type === 'undo' && own.action.changeId === other.id) return 'undoes';
  if (other.action.type === 'undo' && other.action.changeId === own.id) return 'undone-by';
  if (own.repeats === other.id) return 'repeats';
  return other.repeats === own.id ? 'repeated-by' : 'same-incident';
}
