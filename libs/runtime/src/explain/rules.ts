import type { Decision, Policy } from '@weir/core/model';
import type { AskedRule, RulesAsked } from './explanation';
import type { Story } from './story';

/** What is known of the policy in force now. */
export type PolicyOrder = Pick<Policy, 'hash'> & {
  readonly rules: readonly Pick<Policy['rules'][number], 'name' | 'enterText'>[];
};

/**
 * Which rules were asked, in their order, and what each answered: from the record of the decision.
 * Journals of earlier versions have none; there an incident keeps one note at a time, so most
 * answers are not recorded, and the order is that of the policy in force now.
 */
export function rulesAsked(story: Story, policy: PolicyOrder | null): RulesAsked | null {
  const { change, incident, decision } = story;
  if (incident === null || (change !== null && change.rule === null)) return null;
  const answers = notesOf(story);
  if (decision !== null) return { ...fromDecision(decision), answers };
  const chosen = change?.rule ?? null;
  const until = policy?.rules.findIndex(({ name }) => name === chosen) ?? -1;
  const asked = chosen === null ? policy?.rules : policy?.rules.slice(0, until + 1);
  return {
    chosen,
    policyHash: policy?.hash ?? null,
    policy: policy === null ? null : 'now',
    context: null,
    decidedMs: null,
    order: (asked ?? []).map(({ name, enterText }) => ({
      name,
      when: enterText,
      answer: name === chosen ? 'chosen' : (lastNoteOn(answers, name) ?? null),
      ...{ detail: '', bestGainRatio: null, minGainRatio: null, candidates: [] },
    })),
    answers,
  };
}

const fromDecision = ({
  rules,
  chosen,
  policyHash,
  context,
  atMs,
}: Decision): Omit<RulesAsked, 'answers'> => ({
  chosen: chosen?.rule ?? null,
  policyHash,
  policy: 'decided',
  context,
  decidedMs: atMs,
  order: rules.map(({ rule, ...asked }): AskedRule => ({ name: rule, ...asked })),
});

type Answers = RulesAsked['answers'];

const lastNoteOn = (answers: Answers, rule: string): string | undefined =>
  answers.filter((answer) => answer.rule === rule && answer.note !== '').at(-1)?.note;

/** Notes up to the change; the same one twice in a row is one. */
function notesOf({ change, incident, records }: Story): Answers {
  const notes: { atMs: number; rule: string | null; note: string }[] = [];
  for (const { atMs, body } of records) {
    if (body.kind === 'change-proposed' && body.change.id === change?.id) break;
    if (body.kind !== 'incident-diagnosed' || body.id !== incident?.id) continue;
    const { rule, note } = body;
    const last = notes.at(-1);
    const nothing = rule === null && note === '';
    if (!nothing && (last?.rule !== rule || last.note !== note)) notes.push({ atMs, rule, note });
  }
  return notes;
}
