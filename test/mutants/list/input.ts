import type { Mutant } from '../mutant';

const INPUTS = 'libs/core/src/loop/guard/inputs.ts';

/** Of what the loop rests on: stale, missing and contradictory input. */
export const INPUT_MUTANTS: readonly Mutant[] = [
  {
    name: 'ignores-staleness',
    what: 'nobody asks whether what a change rests on is known and fresh',
    breaks: 'I7',
    edits: [
      {
        file: INPUTS,
        find: '  const { frame, holdReason } = pass.observed;\n  if (holdReason',
        replace:
          '  const { frame, holdReason } = pass.observed;\n  if (frame !== null) return null;\n  if (holdReason',
      },
    ],
  },
  {
    name: 'ignores-cross-check',
    what: 'telemetry that contradicts itself is acted on',
    breaks: 'I7',
    edits: [
      {
        file: 'libs/core/src/loop/evidence/cross-check.ts',
        find: '  return [...open, ...found].slice(0, MAX_CONTRADICTIONS);',
        replace: '  return [...open, ...found].slice(0, MAX_CONTRADICTIONS * 0);',
      },
    ],
  },
];
