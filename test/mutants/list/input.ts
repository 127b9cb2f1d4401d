import type { Mutant } from '../mutant';

const FRAME = 'libs/core/src/loop/1-observe/frame.ts';
const INPUTS = 'libs/core/src/loop/guard/inputs.ts';
const SERIES = 'libs/runtime/src/telemetry/series-columns.ts';

/** Of what the loop rests on: stale, missing, contradictory and impossible input. */
export const INPUT_MUTANTS: readonly Mutant[] = [
  {
    name: 'ignores-staleness',
    what: 'values are good however old they are',
    breaks: 'I7',
    edits: [
      {
        file: SERIES,
        find: 'if ((this.arrivedMs[slot] as number) < oldestMs && this.kinds[slot] !== SERIES_STATUS)',
        replace: 'if ((this.arrivedMs[slot] as number) < oldestMs - 1e9)',
      },
      {
        file: FRAME,
        find: 'if (!(age <= staleMs) || rate !== rate) unknown++;',
        replace: 'if (age < -staleMs || rate < 0) unknown++;',
      },
      {
        file: INPUTS,
        find: '    if (!(age <= staleMs))',
        replace: '    if (age < -staleMs)',
      },
    ],
  },
  {
    name: 'ignores-cross-check',
    what: 'telemetry that contradicts itself is acted on',
    breaks: 'I7',
    edits: [
      {
        file: INPUTS,
        find: "const liar = change.origin === 'rule' ? contradicted(pass, change) : undefined;",
        replace:
          "const liar = change.origin === 'rule' && change.id === '' ? contradicted(pass, change) : undefined;",
      },
    ],
  },
  {
    name: 'missing-is-zero',
    what: 'a leaf that was deleted, or is not known yet, counts as zero',
    breaks: 'I7',
    edits: [
      {
        file: SERIES,
        find: '  invalidate(slot: number): void {\n    this.value[slot] = NaN;',
        replace:
          '  invalidate(slot: number): void {\n    this.value[slot] = 0;\n    if (slot >= 0) return;',
      },
    ],
  },
  {
    name: 'rates-over-resets',
    what: 'a counter that goes back gives a rate all the same',
    breaks: 'I7',
    edits: [
      {
        file: SERIES,
        find: '    if (delta < 0) {',
        replace: '    if (delta < 0 && intervalMs < 0) {',
      },
    ],
  },
  {
    name: 'shows-half-a-sync',
    what: 'a device is known before its first sync is complete',
    breaks: 'I7',
    edits: [
      {
        file: 'libs/runtime/src/telemetry/column-store.ts',
        find: 'const synced = this.synced[device] as number;',
        replace: 'const synced = 1;',
      },
    ],
  },
];
