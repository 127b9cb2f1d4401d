import { coverageText } from '@weir/swarm';
import type { Style } from '../output/style';
import type { FailingSeed, SwarmReport } from './report';

/** Failing seeds that are shown in full; the rest are in the JSON. */
const MOST_SHOWN = 10;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What people read at the end: what failed and how to see it again, then what was covered. */
export function swarmText(report: SwarmReport, style: Style): string {
  const { asked, done, elapsedMs, virtualMs, failing, coverage } = report;
  const rest = failing.length - MOST_SHOWN;
  return [
    ...failing.slice(0, MOST_SHOWN).flatMap((seed) => [...failingLines(seed, style), '']),
    ...(rest > 0 ? [`and ${rest} more seeds with violations`, ''] : []),
    ...brokenLines(report, style),
    coverageText(coverage),
    '',
    `changes by their end: ${endsText(coverage.changes)}`,
    `${done} of ${asked.seeds} seeds from ${asked.from} on in ${seconds(elapsedMs)}, ` +
      `${(virtualMs / 3_600_000).toFixed(1)} h of simulated time`,
    verdictLine(report, style),
  ].join('\n');
}

function failingLines(failing: FailingSeed, style: Style): string[] {
  const { seed, options, violations, timelineHash, replayIdentical, replay } = failing;
  const [first] = violations;
  const more = violations.length - 1;
  return [
    style.bad(`seed ${seed}: ${first?.invariant ?? ''} at ${Math.round(first?.atMs ?? 0)} ms`),
    `  ${first?.what ?? ''}${more > 0 ? ` (and ${more} more)` : ''}`,
    `  faults: ${options.join(', ')}`,
    `  replay: ${replay}`,
    `  timeline ${timelineHash.slice(0, 16)}, the second run was ${
      replayIdentical ? 'identical' : style.bad('another one')
    }`,
  ];
}

const brokenLines = ({ broken }: SwarmReport, style: Style): string[] =>
  broken.flatMap(({ seeds, error }) => [
    style.bad(`seeds ${seeds[0] ?? ''} to ${seeds.at(-1) ?? ''} could not be run: ${error}`),
    '',
  ]);

const endsText = (changes: Readonly<Record<string, number>>): string =>
  Object.entries(changes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
    .join(', ') || 'none';

function verdictLine({ asked, done, failing, broken }: SwarmReport, style: Style): string {
  if (failing.length > 0) return style.bad(`${failing.length} seeds violate an invariant`);
  if (broken.length > 0) return style.bad('not all seeds could be run');
  if (done < asked.seeds) return style.warn('interrupted; no violation so far');
  return style.good('no violation');
}
