import type { ExplanationView } from '@weir/contracts';
import { percent, signedPercent, time } from '../output/units';

type Rules = NonNullable<ExplanationView['rules']>;
type Asked = Rules['order'][number];
type Candidate = Asked['candidates'][number];
type Learned = NonNullable<Candidate['learned']>;

const ANSWERS: Readonly<Record<string, string>> = {
  'condition-false': 'its condition did not hold',
  off: 'off, and the rules behind it were not asked',
  'tried-in-vain': 'gave way: tried in vain on this incident',
  'cool-down': 'in its cool-down',
  'no-gain': 'gave way: no candidate gains enough',
  observed: 'would act, but only observes',
  'not-asked': 'applies, but was not asked any more',
  'solver-failed': 'a method that it needs failed',
  'awaits-solver': 'waits for the exact solver, which may gain more',
};

/** The rules in the order of the policy, what each answered and what it could have done. */
export function rulesLines({ rules }: ExplanationView): string[] {
  if (rules === null) return [];
  const { order, answers, chosen } = rules;
  return [
    ...decidedLine(rules),
    ...order.flatMap((asked, i) => askedLines(asked, i)),
    ...(order.length === 0 && chosen !== null ? [`${chosen}: chosen`] : []),
    ...answers
      .filter(({ note }) => note !== '')
      .map(({ atMs, note }) => `noted ${time(atMs)}: ${note}`),
  ];
}

function decidedLine({ policy, policyHash, context, decidedMs }: Rules): string[] {
  if (policy !== 'decided' || decidedMs === null) return [];
  const hash = policyHash?.slice(0, 12) ?? 'unknown';
  return [`decided ${time(decidedMs)} by policy ${hash}, in ${context ?? 'any context'}`];
}

function askedLines(asked: Asked, index: number): string[] {
  const { name, when, answer, detail, candidates, minGainRatio } = asked;
  const words = answer === null ? 'its answer is not recorded' : (ANSWERS[answer] ?? answer);
  const enough = minGainRatio === null ? '' : ` (enough is ${signedPercent(-minGainRatio)})`;
  const told = answer === 'chosen' && detail !== '' ? `${words}: ${detail}` : words;
  return [
    `${index + 1}. ${name}: ${told}${answer === 'no-gain' ? enough : ''}`,
    `   when ${when}`,
    ...candidates.flatMap(candidateLines),
  ];
}

function candidateLines(candidate: Candidate): string[] {
  const { action, gainRatio, uncertaintyRatio, explanation, method, notes, learned } = candidate;
  if (candidate.type === 'none') return ['   or do nothing: gains nothing'];
  const how = method === '' ? '' : `, by ${method}`;
  const known = learned === null ? '' : `; ${learnedWords(learned)}`;
  return [
    `   ${action}: predicted ${signedPercent(gainRatio)} (+/- ${percent(uncertaintyRatio)})${how}${known}`,
    ...(explanation === '' ? [] : [`     ${explanation}`]),
    ...notes.map((note) => `     ${note}`),
  ];
}

/** `helped 3 of 4 times` with fractions, because older verdicts count less. */
export function learnedWords({ helped, failed, successRatio }: Learned): string {
  const tries = helped + failed;
  const of = `helped ${figure(helped)} of ${figure(tries)} times`;
  return successRatio === null ? of : `${of} (${percent(successRatio)})`;
}

const figure = (count: number): string => String(Number(count.toFixed(1)));
