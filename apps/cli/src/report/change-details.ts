import type { ChangeResult, IncidentResult } from '@weir/closed-loop';
import { percent, signedPercent } from '../output/units';
import { escapeHtml } from './escape';

/** Lines of a diff that are shown; a change over many switches repeats itself. */
const MAX_DIFF_LINES = 200;

const seconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '–' : `${(ms / 1000).toFixed(2)} s`;

/** Terms and what they are; empty ones are left out. */
function terms(entries: readonly (readonly [string, string])[]): string {
  const rows = entries
    .filter(([, text]) => text !== '')
    .map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<dl>${rows.join('')}</dl>`;
}

export function incidentDetails(incident: IncidentResult): string {
  const { id, objective, causes, observedMs, detectedMs, closedMs, note } = incident;
  const [first] = causes;
  const head = `${id}: ${objective}${first === undefined ? '' : ` – ${first.name} at ${first.at || 'no place'}`}`;
  const ranking = causes.map(
    (cause) =>
      `<li><b>${escapeHtml(cause.name)}</b> ${escapeHtml(cause.at)} (${percent(cause.score, 0)})` +
      `<br><span class="soft">${escapeHtml(cause.evidence.join('; '))}</span></li>`,
  );
  const times = `seen ${seconds(observedMs)}, held ${seconds(detectedMs)}, closed ${seconds(closedMs)}`;
  return (
    `<details><summary>${escapeHtml(head)}</summary>` +
    `${terms([
      ['Times', times],
      ['Note', note],
    ])}<ol>${ranking.join('')}</ol></details>`
  );
}

export function changeDetails(change: ChangeResult): string {
  const { id, rule, origin, action, outcome, state, verdict, truth, score, predicted } = change;
  const { times } = change;
  const how = outcome === 'not-applied' ? state : outcome;
  const style = score === 'right' ? 'good' : score === null ? 'soft' : 'warn';
  const stages = Object.entries(times).map(([stage, ms]) => `${stage} ${seconds(ms as number)}`);
  const verdictText =
    verdict === null
      ? ''
      : `${verdict.verdict}, ${signedPercent(verdict.effectRatio)} ` +
        `(p ${verdict.pValue.toPrecision(2)}, ${verdict.samples} samples). ${verdict.evidence.join('. ')}`;
  const truthText =
    truth === null
      ? ''
      : `${truth.effect}${truth.effectRatio === null ? '' : `, ${signedPercent(truth.effectRatio)}`}. ${truth.evidence.join('. ')}`;
  return (
    `<details><summary>${escapeHtml(`${id}: ${action} by ${rule ?? origin}`)} – ${escapeHtml(how)}` +
    `${score === null ? '' : ` <span class="${style}">${score}</span>`}</summary>` +
    `${terms([
      ['Cause', change.cause ?? ''],
      ['Objective', change.objective ?? ''],
      ['Predicted', `${signedPercent(predicted.gainRatio)}: ${predicted.explanation}`],
      ['Verdict', verdictText],
      ['Truth', truthText],
      ['Reason', change.reason],
      ['Stages', stages.join(', ')],
    ])}${diffText(change)}</details>`
  );
}

function diffText({ diffs }: ChangeResult): string {
  const lines = diffs.flatMap(({ device, leaves }) => [
    `<b>${escapeHtml(device)}</b>`,
    ...leaves.map(({ path, before, after }) => {
      if (before === null) return `<span class="good">+ ${escapeHtml(`${path} = ${after}`)}</span>`;
      if (after === null) return `<span class="bad">- ${escapeHtml(`${path} = ${before}`)}</span>`;
      return `<span class="warn">~ ${escapeHtml(`${path}: ${before} → ${after}`)}</span>`;
    }),
  ]);
  if (lines.length === 0) return '';
  const more = lines.length - MAX_DIFF_LINES;
  const shown = lines.slice(0, MAX_DIFF_LINES);
  return `<pre>${shown.join('\n')}${more > 0 ? `\n… and ${more} more lines` : ''}</pre>`;
}
