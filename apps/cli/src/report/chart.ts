import { escapeHtml } from './escape';
import { linearScale, logScale, type Scale } from './scale';

export const CHART = { width: 860, height: 150, left: 62, right: 12, top: 16, bottom: 20 } as const;
/** A linear axis would hide the usual values below this share of the largest one. */
const LOG_ABOVE_RATIO = 15;

export interface Line {
  readonly name: string;
  /** CSS class that colours it. */
  readonly style: 'main' | 'low' | 'high' | 'other';
  readonly values: readonly (number | null)[];
}

/** What is marked over time on every chart. */
export interface Marks {
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
  readonly spans: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly text: string;
  }[];
  readonly changes: readonly {
    readonly atMs: number;
    readonly text: string;
    readonly undone: boolean;
  }[];
}

export interface ChartOptions {
  readonly title: string;
  readonly atMs: readonly number[];
  readonly durationMs: number;
  readonly lines: readonly Line[];
  readonly marks: Marks;
  readonly format: (value: number) => string;
  /** Whether a logarithmic axis may be used where values span much. */
  readonly wide: boolean;
  /** A horizontal line, e.g. the threshold of an objective. */
  readonly limit?: { readonly value: number; readonly text: string } | undefined;
}

/** One chart as SVG: lines over the time of the run, with everything that happened marked. */
export function chart(options: ChartOptions): string {
  const { title, lines, marks, durationMs, limit } = options;
  const x = timeScale(durationMs);
  const values = lines
    .flatMap((line) => line.values)
    .filter((value): value is number => value !== null);
  if (limit !== undefined) values.push(limit.value);
  const y = valueScale(values, options.wide);
  const parts = [
    ...spans(marks, x),
    ...grid(y, x, options),
    ...(limit === undefined ? [] : [limitLine(limit, y)]),
    ...markLines(marks, x),
    ...lines.map((line) => path(line, options.atMs, x, y)),
    `<line class="cursor" y1="${CHART.top}" y2="${bottom}" x1="${CHART.left}" x2="${CHART.left}"/>`,
  ];
  const legend = lines
    .map(({ name, style }) => `<span class="key ${style}">${escapeHtml(name)}</span>`)
    .join('');
  return (
    `<figure class="chart"><figcaption>${escapeHtml(title)}<span>${legend}</span></figcaption>` +
    `<svg viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label="${escapeHtml(title)}">` +
    `${parts.join('')}</svg></figure>`
  );
}

const bottom = CHART.height - CHART.bottom;
const px = (value: number): string => String(Number(value.toFixed(1)));

export const timeScale = (durationMs: number): Scale => {
  const right = CHART.width - CHART.right;
  const { ticks } = linearScale(durationMs, 0, 1, 8);
  const at = (ms: number): number => CHART.left + (ms / durationMs) * (right - CHART.left);
  return Object.assign(at, { ticks: ticks.filter((tick) => tick <= durationMs) });
};

function valueScale(values: readonly number[], wide: boolean): Scale {
  const positive = values.filter((value) => value > 0).sort((a, b) => a - b);
  const max = positive.at(-1) ?? 1;
  const median = positive[positive.length >> 1] ?? max;
  // Only where nothing is zero: a logarithm has no place for it.
  const log = wide && positive.length === values.length && max > median * LOG_ABOVE_RATIO;
  return log
    ? logScale(positive[0] ?? 1, max, bottom, CHART.top)
    : linearScale(max, bottom, CHART.top);
}

function grid(y: Scale, x: Scale, { format }: ChartOptions): string[] {
  const right = CHART.width - CHART.right;
  return [
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${CHART.left}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>` +
        `<text class="tick" text-anchor="end" x="${CHART.left - 6}" y="${px(y(tick) + 3.5)}">${escapeHtml(format(tick))}</text>`,
    ),
    ...x.ticks.map(
      (tick) =>
        `<text class="tick" text-anchor="${x(tick) > right - 12 ? 'end' : 'middle'}" x="${px(x(tick))}" y="${CHART.height - 5}">${tick / 1000} s</text>`,
    ),
  ];
}

const limitLine = (limit: { readonly value: number; readonly text: string }, y: Scale): string =>
  `<line class="limit" x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${px(y(limit.value))}" y2="${px(y(limit.value))}">` +
  `<title>${escapeHtml(limit.text)}</title></line>`;

const spans = (marks: Marks, x: Scale): string[] =>
  marks.spans.map(({ fromMs, toMs, text }) => {
    const width = Math.max(1, x(toMs) - x(fromMs));
    return (
      `<rect class="incident" x="${px(x(fromMs))}" width="${px(width)}" y="${CHART.top}" height="${bottom - CHART.top}">` +
      `<title>${escapeHtml(text)}</title></rect>`
    );
  });

function markLines(marks: Marks, x: Scale): string[] {
  const line = (atMs: number, kind: string, label: string, text: string): string =>
    `<g class="${kind}"><line x1="${px(x(atMs))}" x2="${px(x(atMs))}" y1="${CHART.top}" y2="${bottom}"/>` +
    `<text text-anchor="middle" x="${px(x(atMs))}" y="${CHART.top - 4}">${escapeHtml(label)}</text>` +
    `<title>${escapeHtml(text)}</title></g>`;
  return [
    ...marks.events.map(({ atMs, text }, i) => line(atMs, 'event', String(i + 1), text)),
    ...marks.changes.map(({ atMs, text, undone }) =>
      line(atMs, undone ? 'change undone' : 'change', undone ? '✕' : '▼', text),
    ),
  ];
}

/** A line with a gap wherever nothing was measured. */
function path({ style, values }: Line, atMs: readonly number[], x: Scale, y: Scale): string {
  let d = '';
  let pen = false;
  for (const [i, value] of values.entries()) {
    if (value === null) pen = false;
    else {
      d += `${pen ? 'L' : 'M'}${px(x(atMs[i] ?? 0))} ${px(y(value))}`;
      pen = true;
    }
  }
  return `<path class="line ${style}" d="${d}"/>`;
}
