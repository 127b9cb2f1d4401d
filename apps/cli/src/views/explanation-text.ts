import type { DeviceDiffView, ExplanationView } from '@weir/contracts';
import type { Style } from '../output/style';
import { millis, percent, signedPercent, time } from '../output/units';
import { learnedWords, rulesLines } from './asked-rules-text';
import { diffLines } from './plan-text';
import { transactionLines } from './transaction-text';

/** The chain in words, each link under its heading; what does not apply is left out. */
export function explanationText(told: ExplanationView, style: Style): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Symptom', symptomLines(told)],
    ['Cause', causeLines(told)],
    ['Rules', rulesLines(told)],
    ['Choice', choiceLines(told, style)],
    ['Transaction', transactionLines(told)],
    ['Verdict', verdictLines(told)],
    ['End', endLines(told)],
    ['Lesson', lessonLines(told)],
    ['Other changes', told.changes.map(relatedLine)],
    ['Decided and not carried out', told.shadows.flatMap(shadowLines)],
    ['Not recorded', told.notRecorded],
  ];
  return [
    headLine(told, style),
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => [style.strong(title), ...lines.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

function headLine(
  { subject, origin, choice, end, symptom }: ExplanationView,
  style: Style,
): string {
  const id = style.strong(subject.id);
  if (origin === null) return `${id}  incident, ${end.state}: ${symptom?.objectiveId ?? ''}`;
  const by = origin.by ?? 'somebody who is not recorded';
  const wanted = {
    rule: `rule ${origin.name} of the policy`,
    intent: `intent ${origin.name}`,
    operator: by,
  }[origin.type];
  return `${id}  ${choice?.action.type ?? 'change'}, ${end.state}: wanted by ${wanted} at ${time(origin.atMs)}`;
}

function symptomLines({ symptom, origin }: ExplanationView): string[] {
  if (symptom === null)
    return origin === null || origin.type === 'rule'
      ? []
      : ['none: it was asked for, no incident led to it'];
  const { objectiveId, metric, figureMs, thresholdMs, healthyMs, observedMs, detectedMs } = symptom;
  const { kind, quantile } = symptom;
  const what = [kind, metric].filter((word) => word !== null).join(', ');
  const name = quantile === null ? '' : `p${Number((quantile * 100).toFixed(3))} `;
  const limit = thresholdMs === null ? '' : ` against ${millis(thresholdMs)}`;
  const healthy = healthyMs === null ? '' : `, ${millis(healthyMs)} when healthy`;
  return [
    `${objectiveId}${what === '' ? '' : `, ${what}`}: ${name}${millis(figureMs)}${limit}${healthy}`,
    `first seen ${time(observedMs)}, had held ${later(detectedMs - observedMs)} at ${time(detectedMs)}`,
    `incident ${symptom.incident}`,
  ];
}

function causeLines({ cause }: ExplanationView): string[] {
  if (cause === null) return [];
  return [
    `${cause.name} at ${cause.at || 'no place'}, score ${cause.score.toFixed(2)}` +
      `${likely(cause)}, diagnosed ${time(cause.diagnosedMs)}`,
    ...cause.evidence.map((line) => `  ${line}`),
    ...partLines(cause),
    ...cause.rejected.flatMap((other) => [
      `not ${other.name}${other.at === '' ? '' : ` at ${other.at}`}: ${other.why}${likely(other)}`,
      ...other.evidence.map((line) => `  ${line}`),
    ]),
    ...(cause.ruledOut ?? []).map(({ name, why }) => `not ${name}: ${why}`),
  ];
}

type Cause = NonNullable<ExplanationView['cause']>;

const likely = ({ probability }: Pick<Cause, 'probability'>): string =>
  probability === null ? '' : `, probability ${percent(probability)}`;

function partLines({ parts }: Cause): string[] {
  if (parts === null || parts.length === 0) return [];
  const words = parts.map(
    ({ signal, value, weight }) =>
      `${signal}${value === null ? '' : ` ${Number(value.toPrecision(3))}`} counts ${weight.toFixed(2)}`,
  );
  return [`  the score is the product of: ${words.join('; ')}`];
}

function choiceLines({ choice }: ExplanationView, style: Style): string[] {
  if (choice === null) return [];
  const { action, devices, leaves, predicted, checks, risk, approvedBy, mode } = choice;
  const { why, method, learned } = choice;
  const failed = checks.filter(({ passed }) => !passed);
  return [
    `${action.type} on ${devices.join(', ') || 'no device'}, mode ${mode}` +
      (approvedBy === null ? '' : `, approved by ${approvedBy}`),
    ...(why === null ? [] : [`chosen: ${why}`]),
    ...(method === null || method === '' ? [] : [`found by ${method}`]),
    ...(learned === null ? [] : [`known of it then: ${learnedWords(learned)}`]),
    ...diffLines(diffsOf(leaves.slice(0, MAX_LEAVES)), style),
    ...(leaves.length > MAX_LEAVES ? [`and ${leaves.length - MAX_LEAVES} leaves more`] : []),
    ...(predicted.explanation === '' ? [] : [`expected: ${predicted.explanation}`]),
    `predicted gain ${signedPercent(predicted.gainRatio)} ` +
      `(+/- ${percent(predicted.uncertaintyRatio)}), hottest link ` +
      `${percent(predicted.maxUtilizationBefore)} -> ${percent(predicted.maxUtilizationAfter)}`,
    `safety checks: ${checks.length - failed.length} of ${checks.length} passed`,
    ...passedLines(checks),
    ...failed.map(({ name, code, detail }) => `  ${name} failed: ${code ?? name}, ${detail}`),
    `risk ${risk.level}${risk.reasons.length === 0 ? '' : `: ${risk.reasons.join('; ')}`}`,
  ];
}

/** Those that have something to say, each on its line; the others on one. */
function passedLines(checks: NonNullable<ExplanationView['choice']>['checks']): string[] {
  const passed = checks.filter((check) => check.passed);
  const plain = passed.filter(({ detail }) => detail === '').map(({ name }) => name);
  return [
    ...(plain.length === 0 ? [] : [`  passed: ${plain.join(', ')}`]),
    ...passed
      .filter(({ detail }) => detail !== '')
      .map(({ name, detail }) => `  ${name}: ${detail}`),
  ];
}

/** Leaves that are shown; `weir describe change` shows all. */
const MAX_LEAVES = 12;

type Leaf = NonNullable<ExplanationView['choice']>['leaves'][number];

/** The leaves under their devices, as they come. */
function diffsOf(leaves: readonly Leaf[]): DeviceDiffView[] {
  const diffs = new Map<string, Leaf[]>();
  for (const leaf of leaves) diffs.set(leaf.device, [...(diffs.get(leaf.device) ?? []), leaf]);
  return [...diffs].map(([device, own]) => ({ device, leaves: own }));
}

function verdictLines({ verdict, comparison, switchback }: ExplanationView): string[] {
  if (verdict === null) return [];
  return [
    `${verdict.verdict}: ${millis(verdict.beforeMs)} -> ${millis(verdict.afterMs)}, ` +
      `effect ${signedPercent(verdict.effectRatio)} ` +
      `(p = ${verdict.pValue.toPrecision(2)}, ${verdict.samples} samples)`,
    ...(comparison === null ? [] : [comparedLine(comparison)]),
    ...verdict.evidence,
    ...(switchback === null ? [] : [`going back: ${switchback.outcome}, ${switchback.reason}`]),
  ];
}

function comparedLine(compared: NonNullable<ExplanationView['comparison']>): string {
  const { predictedRatio, uncertaintyRatio, measuredRatio, asPredicted } = compared;
  return (
    `predicted ${signedPercent(predictedRatio)} (+/- ${percent(uncertaintyRatio)}), measured ` +
    `${signedPercent(measuredRatio)}: ${asPredicted ? 'as predicted' : 'not as predicted'}`
  );
}

const COUNTED = {
  helped: 'it counts as a success',
  failed: 'it counts as a failure',
  'half-failed': 'it counts as half a failure: its effect could not be told from chance',
  none: 'nothing: it was not measured',
  open: 'not known before it is judged',
} as const;

function lessonLines({ lesson }: ExplanationView): string[] {
  if (lesson === null) return [];
  const { cause, action, context, counted, now } = lesson;
  const known = now === null ? '' : `; by the last verdict it ${learnedWords(now)}`;
  return [`${action} against ${cause} in ${context}: ${COUNTED[counted]}${known}`];
}

function endLines({ end, subject }: ExplanationView): string[] {
  const { state, over, atMs, reason, leaseUntilMs, adopted } = end;
  const when = atMs === null ? '' : ` at ${time(atMs)}`;
  const still = subject.kind === 'change' && !over ? ', not over yet' : '';
  return [
    `${state}${when}${still}${reason === '' ? '' : `: ${reason}`}`,
    ...(leaseUntilMs === null ? [] : [`stands until ${time(leaseUntilMs)} unless renewed`]),
    ...(adopted === null ? [] : [`left as the devices hold it: ${adopted}`]),
  ];
}

const RELATION = {
  undoes: 'is undone by this one',
  'undone-by': 'undoes this one',
  repeats: 'was taken back to be proved, and is repeated by this one',
  'repeated-by': 'makes this one again, which going back proved',
  'same-incident': 'was made on the incident',
} as const;

const relatedLine = (other: ExplanationView['changes'][number]): string =>
  `${other.id} ${RELATION[other.relation]}: ${other.type}, ${other.state}` +
  (other.verdict === null ? '' : `, ${other.verdict}`);

function shadowLines(shadow: ExplanationView['shadows'][number]): string[] {
  const { rule, why, detail, predicted, decidedMs, score, action } = shadow;
  return [
    `${time(decidedMs)} ${action.type} by rule ${rule} (${why}${detail === '' ? '' : `: ${detail}`}), ` +
      `predicted gain ${signedPercent(predicted.gainRatio)}`,
    ...(score === null
      ? ['  not scored yet']
      : [`  ${score.outcome}: ${score.evidence.join('; ')}`]),
  ];
}

const later = (ms: number): string => `${Number((ms / 1000).toFixed(2))} s`;
