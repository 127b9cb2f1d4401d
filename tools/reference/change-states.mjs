import { createRequire } from 'node:module';
import { generatedNote, table } from './page.mjs';

const require = createRequire(import.meta.url);

/** The state machine of a change as a picture and as a table, both from the same transitions. */
export function changeStatesPage() {
  const { TRANSITIONS, isTerminal, isTouching } = require('@weir/core/change');
  const edges = Object.entries(TRANSITIONS).flatMap(([from, triggers]) =>
    Object.entries(triggers).map(([trigger, to]) => ({ from, trigger, to })),
  );
  const node = (state) => state.replaceAll('-', '_');
  return [
    '# States of a change\n',
    generatedNote('libs/core/src/change/transitions.ts'),
    'Each transition is a record in the journal before it has an effect. A pair that is not in the',
    'table cannot happen. From *scheduled* until the end a change holds its devices: no other change',
    'is applied to them meanwhile.\n',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> proposed',
    ...edges.map(({ from, trigger, to }) => `    ${node(from)} --> ${node(to)}: ${trigger}`),
    ...Object.keys(TRANSITIONS)
      .filter(isTerminal)
      .map((state) => `    ${node(state)} --> [*]`),
    '```\n',
    table(
      ['State', 'Holds its devices', 'Goes to'],
      Object.keys(TRANSITIONS).map((state) => [
        state,
        isTouching(state) ? 'yes' : 'no',
        Object.entries(TRANSITIONS[state])
          .map(([trigger, to]) => `${to} (${trigger})`)
          .join(', ') || 'ends here',
      ]),
    ),
  ].join('\n');
}
