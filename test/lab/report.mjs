/** The results of a run as a table for people. Every figure in it was measured. */

const COLUMNS = [
  ['scenario', (r) => r.name],
  ['', (r) => (r.ok ? 'shown' : 'NOT SHOWN')],
  ['p50 off/on', (r) => pair(r.off?.latencyMs?.p50, r.on?.latencyMs?.p50)],
  ['p95 off/on ms', (r) => pair(r.off?.latencyMs?.p95, r.on?.latencyMs?.p95)],
  ['p99 off/on', (r) => pair(r.off?.latencyMs?.p99, r.on?.latencyMs?.p99)],
  ['samples', (r) => pair(r.off?.latencyMs?.samples, r.on?.latencyMs?.samples)],
  ['Mb/s off/on', (r) => pair(r.off?.throughputMbps, r.on?.throughputMbps)],
  ['detect', (r) => seconds(r.seconds?.detect)],
  ['apply', (r) => seconds(r.seconds?.apply)],
  ['confirm', (r) => seconds(r.seconds?.confirm)],
  ['detect..confirm s', (r) => seconds(r.seconds?.detectToConfirm)],
  ['verdict', (r) => r.change?.verdict?.verdict ?? r.change?.verdict ?? ''],
  ['kernel', (r) => (r.kernel?.kind === 'uml' ? `UML ${r.kernel.linux}` : (r.kernel?.linux ?? ''))],
  ['cpu idle off/on', (r) => pair(leastIdle(r, 'off'), leastIdle(r, 'on'))],
  ['machine load', (r) => shown(r.kernel?.loadAverage)],
  ['seconds', (r) => shown(r.totalSeconds)],
];

const shown = (value) => (value === null || value === undefined ? '-' : String(value));
const pair = (off, on) =>
  off === undefined && on === undefined ? '' : `${shown(off)} / ${shown(on)}`;
/** A figure, or the summary of several rounds. */
const seconds = (value) =>
  typeof value === 'object' && value !== null ? shown(value.median ?? value.p50) : shown(value);

/** Of all rounds; near zero, it is the CPU that was measured and not the links. */
const leastIdle = ({ rounds = [] }, loop) => {
  const ratios = rounds.map((round) => round[loop]?.cpuIdleRatio).filter(Number.isFinite);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
};

export function table(results) {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...results.map((r) => COLUMNS.map(([, of]) => of(r))),
  ];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => String(cell).padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
  const failures = results
    .filter((r) => !r.ok)
    .map((r) => `${r.name}: ${r.failure ?? 'what it should show did not happen; see --json'}`);
  return [...lines, ...failures].join('\n');
}
