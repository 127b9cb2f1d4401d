import type { MeasureResult, Run, RunResult } from '@weir/closed-loop';
import { capacity, millis, percent, signedPercent } from '../output/units';
import { changeDetails, incidentDetails } from './change-details';
import { chart, CHART, type Line, type Marks } from './chart';
import { escapeHtml, scriptJson } from './escape';
import { SCRIPT } from './script';
import { STYLE } from './style';
import { topologyDrawing } from './topology-drawing';

/** The whole page. */
export function reportHtml({ result, links, spec }: Run): string {
  const { scenario } = result;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${title} – weir sim`)}</title>
<style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${facts(result)}
<p>${escapeHtml(scenario.description)}</p>
${figures(result)}
${expectations(result)}
<h2>What happened</h2>
<ol>${result.events.map(({ atMs, text }) => `<li>${atMs / 1000} s: ${escapeHtml(text)}</li>`).join('')}</ol>
<div class="controls"><button id="play" type="button">Play</button>
<input id="at" type="range" aria-label="Moment of the run" min="0" max="${result.series.atMs.length - 1}">
<output id="time"></output></div>
<h2>Fabric</h2>
<div class="card">${topologyDrawing(spec, links.channels)}
<p class="soft"><span class="scale"></span> 0 to 100 % of the line rate, the busier direction; dashed: down. Hottest: <span id="hot"></span></p></div>
<h2>Measures</h2>
<p class="soft">Numbered lines are events, the shaded time is an open incident, ▼ is a change in force, ✕ one undone.</p>
${charts(result)}
<h2>Incidents</h2>
${result.incidents.map(incidentDetails).join('') || '<p class="soft">None.</p>'}
<h2>Changes</h2>
${result.changes.map(changeDetails).join('') || '<p class="soft">None.</p>'}
<script type="application/json" id="data">${scriptJson(pageData({ result, links, spec }))}</script>
<script>${SCRIPT}</script>
</body></html>
`;
}

function pageData({ result, links }: Run) {
  const { durationMs, series, events } = result;
  const first = events.find(({ atMs }) => atMs > 0)?.atMs ?? 0;
  return {
    atMs: series.atMs,
    durationMs,
    left: CHART.left,
    width: CHART.width - CHART.left - CHART.right,
    chartWidth: CHART.width,
    channels: links.channels.length,
    percent: Buffer.concat(links.percent).toString('base64'),
    hottest: series.hottest,
    // The first moment after something happened says more than the calm at the start.
    start: Math.max(
      0,
      series.atMs.findIndex((atMs) => atMs > first),
    ),
  };
}

function facts({ fabric, seed, loop, bound, durationMs, digest, scenario }: RunResult): string {
  const mode = bound ? 'only the hosts limit' : `loop ${loop}`;
  const text =
    `${scenario.name}: ${fabric.switches} switches, ${fabric.links} links, ${fabric.hosts} hosts; ` +
    `${durationMs / 1000} s, seed ${seed}, ${mode}; digest ${digest.slice(0, 16)}`;
  return `<p class="facts">${escapeHtml(text)}</p>`;
}

const valueOf = (measure: MeasureResult, value: number | null): string => {
  if (value === null) return '–';
  return measure.unit === 'bps' ? `${capacity(Number(value.toPrecision(3)))}b/s` : millis(value);
};

const nameOf = ({ workload, metric, quantile }: MeasureResult): string =>
  metric === 'throughput'
    ? `${workload} throughput`
    : `${workload} ${metric} p${Number((quantile * 100).toFixed(1))}`;

function figures({ measures }: RunResult): string {
  const rows = measures.map((measure) => {
    const { before, evaluation, end } = measure.windows;
    const ratio =
      before.headline === null || end.headline === null || before.headline === 0
        ? '–'
        : signedPercent(end.headline / before.headline - 1);
    const cells = [before, evaluation, end].map(
      ({ headline }) => `<td class="number">${valueOf(measure, headline)}</td>`,
    );
    return `<tr><td>${escapeHtml(nameOf(measure))}</td>${cells.join('')}<td class="number">${ratio}</td></tr>`;
  });
  return (
    '<h2>Figures</h2><table><tr><th>Measure</th><th class="number">Before the first event</th>' +
    '<th class="number">Evaluated</th><th class="number">At the end</th>' +
    `<th class="number">End against before</th></tr>${rows.join('')}</table>`
  );
}

function expectations({ expectations: list }: RunResult): string {
  if (list.length === 0) return '';
  const rows = list.map(
    ({ path, expected, actual, passed }) =>
      `<tr><td class="${passed ? 'good' : 'bad'}">${passed ? 'met' : 'missed'}</td>` +
      `<td><code>${escapeHtml(path)}</code></td><td>${escapeHtml(expected)}</td><td>${escapeHtml(actual)}</td></tr>`,
  );
  return `<h2>Expectations</h2><table><tr><th></th><th>Field</th><th>Expected</th><th>Is</th></tr>${rows.join('')}</table>`;
}

function charts(result: RunResult): string {
  const { series, durationMs } = result;
  const { atMs } = series;
  const marks = marksOf(result);
  const draw = (
    title: string,
    lines: readonly Line[],
    format: (value: number) => string,
    wide = false,
    limit?: { readonly value: number; readonly text: string },
  ): string => chart({ title, atMs, durationMs, lines, marks, format, wide, limit });
  const count = (value: number): string => value.toLocaleString('en');
  return [
    ...result.measures.map((measure) =>
      draw(
        nameOf(measure),
        linesOf(measure),
        (value) => valueOf(measure, value),
        measure.unit === 'ms',
        limitOf(measure, result),
      ),
    ),
    draw(
      'Utilisation of links between switches',
      [
        { name: 'mean', style: 'low', values: series.meanUtilization },
        { name: 'largest', style: 'main', values: series.maxUtilization },
      ],
      (value) => percent(value, 0),
    ),
    draw(
      'Deepest queue',
      [{ name: 'mean depth', style: 'main', values: series.queueDepthBytes }],
      (value) => `${Number((value / 1e6).toPrecision(3))} MB`,
    ),
    ...unlessAllZero([...series.droppedPackets, ...series.markedPackets], () =>
      draw(
        'Packets per sample',
        [
          { name: 'dropped', style: 'high', values: series.droppedPackets },
          { name: 'marked', style: 'other', values: series.markedPackets },
        ],
        count,
      ),
    ),
    ...unlessAllZero(series.retransmissionMs, () =>
      draw(
        'Time lost to retransmission time-outs, per sample',
        [{ name: 'all workloads', style: 'high', values: series.retransmissionMs }],
        (value) => `${count(value)} ms`,
      ),
    ),
    ...unlessAllZero(series.maxPauseRatio, () =>
      draw(
        'Largest share of time in PFC pause',
        [{ name: 'pause', style: 'high', values: series.maxPauseRatio }],
        (value) => percent(value, 0),
      ),
    ),
  ].join('\n');
}

/** What did not occur at all needs no chart of zeros. */
const unlessAllZero = (values: readonly number[], draw: () => string): string[] =>
  values.some((value) => value > 0) ? [draw()] : [];

function linesOf(measure: MeasureResult): Line[] {
  const { mean, p50, p95, p99 } = measure.series;
  if (measure.metric === 'throughput') return [{ name: 'mean', style: 'main', values: mean }];
  return [
    { name: 'p50', style: 'low', values: p50 },
    { name: 'p99', style: 'high', values: p99 },
    { name: 'p95', style: 'main', values: p95 },
  ];
}

function limitOf(measure: MeasureResult, { objectives }: RunResult) {
  const objective = objectives.find(
    ({ workloads, metric, thresholdMs }) =>
      thresholdMs !== null && metric === measure.metric && workloads.includes(measure.workload),
  );
  if (objective?.thresholdMs === undefined || objective.thresholdMs === null) return undefined;
  const { thresholdMs: value, id, quantile } = objective;
  return { value, text: `${id}: p${quantile * 100} at most ${millis(value)}` };
}

function marksOf({ events, incidents, changes, durationMs }: RunResult): Marks {
  const applied = changes.filter((change) => change.applied);
  return {
    events: events.filter(({ atMs }) => atMs > 0),
    spans: incidents.map(({ id, objective, observedMs, closedMs, causes }) => ({
      fromMs: observedMs,
      toMs: closedMs ?? durationMs,
      text: `${id} ${objective}: ${causes[0]?.name ?? 'no cause'}`,
    })),
    changes: applied.flatMap(({ id, action, outcome, times }) => {
      const atMs = times.applied ?? times.applying ?? 0;
      const made = { atMs, text: `${id}: ${action} (${outcome})`, undone: false };
      if (outcome !== 'undone') return [made];
      const undoneMs = times.settled ?? times.verified ?? atMs;
      return [made, { atMs: undoneMs, text: `${id} undone`, undone: true }];
    }),
  };
}
