import type { Explanation } from './explanation';
import type { Story } from './story';

/** What the records do not say of this story. */
export function gapsOf(
  told: Omit<Explanation, 'notRecorded'>,
  { change, fromTheStart, cut, incident }: Story,
): readonly string[] {
  const gaps: string[] = [];
  const subject = `${told.subject.kind} ${told.subject.id}`;
  if (!fromTheStart)
    gaps.push(`times per device and notes: the journal was compacted since ${subject} began`);
  if (cut) gaps.push('the rest: there are more records of it than are read for one explanation');
  if (change !== null && change.incident !== null && incident === null)
    gaps.push(`what led to it: nothing is left of incident ${change.incident}`);
  if (told.symptom !== null && told.cause === null) gaps.push('a cause: none was diagnosed');
  if (told.cause !== null)
    gaps.push('causes that were ruled out before scoring, and what each score is made of');
  if (told.rules !== null) gaps.push(...rulesGaps(told.rules));
  if (told.rules !== null && told.choice !== null)
    gaps.push('the other candidates of the chosen rule and their predicted gains');
  return gaps;
}

function rulesGaps({ policyHash, order }: NonNullable<Explanation['rules']>): readonly string[] {
  if (policyHash === null) return ['the rules that were asked before, and what each answered'];
  const silent = order.filter(({ answer }) => answer === null).map(({ name }) => name);
  return [
    'the policy that was in force then; the order of rules is that of the policy in force now',
    ...(silent.length === 0 ? [] : [`what these rules answered: ${silent.join(', ')}`]),
  ];
}
