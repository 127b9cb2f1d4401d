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
  if (told.symptom !== null && told.symptom.quantile === null)
    gaps.push('which quantile was held against the threshold');
  if (told.symptom !== null && told.cause === null) gaps.push('a cause: none was diagnosed');
  if (told.cause !== null) gaps.push(...causeGaps(told.cause));
  if (told.rules !== null) gaps.push(...rulesGaps(told.rules, told));
  return gaps;
}

function causeGaps({ ruledOut, parts }: NonNullable<Explanation['cause']>): readonly string[] {
  return [
    ...(ruledOut === null ? ['causes that were ruled out before scoring'] : []),
    ...(parts === null ? ['what the score of the cause is made of'] : []),
  ];
}

/** Before decisions were recorded, the notes on the incident are all that there is. */
function rulesGaps(
  { policy, order }: NonNullable<Explanation['rules']>,
  { choice, symptom }: Pick<Explanation, 'choice' | 'symptom'>,
): readonly string[] {
  if (policy === 'decided') return [];
  // An incident of this version without a decision: no rule was asked on it so far.
  if (choice === null && symptom !== null && symptom.kind !== null) return [];
  const candidates =
    choice === null ? [] : ['the other candidates of the chosen rule and their predicted gains'];
  if (policy === null)
    return ['the rules that were asked before, and what each answered', ...candidates];
  const silent = order.filter(({ answer }) => answer === null).map(({ name }) => name);
  return [
    'the policy that was in force then; the order of rules is that of the policy in force now',
    ...(silent.length === 0 ? [] : [`what these rules answered: ${silent.join(', ')}`]),
    ...candidates,
  ];
}
