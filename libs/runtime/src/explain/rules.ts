import type { PolicyOrder } from './explain';
import type { RulesAsked } from './explanation';
import type { Story } from './story';

/**
 * Which rules were asked, in their order, and what is recorded of their answers. An incident keeps
 * one note at a time, so most answers are not recorded.
 */
export function rulesAsked(story: Story, policy: PolicyOrder | null): RulesAsked | null {
  const { change, incident } = story;
  if (incident === null || (change !== null && change.rule === null)) return null;
  const answers = notesOf(story);
  const chosen = change?.rule ?? null;
  const until = policy?.rules.findIndex(({ name }) => name === chosen) ?? -1;
  const asked = chosen === null ? policy?.rules : policy?.rules.slice(0, until + 1);
  return {
    chosen,
    policyHash: policy?.hash ?? null,
    order: (asked ?? []).map(({ name, enterText }) => ({
      name,
      when: enterText,
      answer: name === chosen ? 'chosen' : (lastNoteOn(answers, name) ?? null),
    })),
    answers,
  };
}

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
