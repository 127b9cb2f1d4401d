import type { ExplanationView } from '@weir/contracts';
import { time } from '../output/units';

type Transaction = NonNullable<ExplanationView['transaction']>;
type Device = Transaction['devices'][number];

/** In the order in which they are passed. */
const STAGES = [
  ...([
    'observed',
    'detected',
    'diagnosed',
    'decided',
    'validated',
    'applying',
    'applied',
  ] as const),
  ...(['reverting', 'verified', 'settled'] as const),
];

/** Stages in which no record moves the change; the others stand beside its transitions. */
const LOOKED: ReadonlySet<string> = new Set(['observed', 'detected', 'diagnosed', 'decided']);

/** The times of the change, then what was done to each device; counted from the first one. */
export function transactionLines({ transaction }: ExplanationView): string[] {
  if (transaction === null) return [];
  const { times, transitions, devices } = transaction;
  const stages = STAGES.flatMap((stage) => {
    const atMs = times[stage];
    // Where the records are gone, the times of the stages are what is left.
    const shown = transitions.length === 0 || LOOKED.has(stage);
    return atMs === undefined || !shown ? [] : [{ atMs, words: stage }];
  });
  const moves = transitions.map(({ atMs, from, to, reason }) => ({
    atMs,
    words: `${from} -> ${to}${reason === '' ? '' : `: ${reason}`}`,
  }));
  const steps = [...stages, ...moves];
  const startMs = Math.min(...steps.map(({ atMs }) => atMs));
  const after = (ms: number): string => `+${((ms - startMs) / 1000).toFixed(3)} s`;
  return [
    ...(steps.length === 0 ? [] : [`counted from ${time(startMs)}:`]),
    ...steps.map(({ atMs, words }) => `  ${after(atMs)} ${words}`),
    ...[...devices].sort((a, b) => a.stage - b.stage).flatMap((one) => deviceLines(one, after)),
  ];
}

function deviceLines(device: Device, after: (ms: number) => string): string[] {
  const { stage, progress, commitConfirmed, lastError, steps } = device;
  const timer = commitConfirmed ? ', under a rollback timer of its own' : '';
  return [
    `${device.device} (stage ${stage + 1}): ${progress}${timer}${lastError === '' ? '' : `, ${lastError}`}`,
    ...steps.map(
      ({ atMs, verb, outcome, message }) =>
        `  ${after(atMs)} ${verb} ${outcome ?? 'begun'}${message === '' ? '' : `: ${message}`}`,
    ),
  ];
}
