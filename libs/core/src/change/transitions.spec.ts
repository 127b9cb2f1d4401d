import { CHANGE_STATES, type ChangeState } from '../model';
import { TRANSITIONS, TRIGGERS, isTerminal, isTouching, nextState } from './transitions';

const edges = CHANGE_STATES.flatMap((from) =>
  Object.entries(TRANSITIONS[from]).map(([trigger, to]) => ({ from, trigger, to })),
);

function reachableFrom(start: ChangeState): Set<ChangeState> {
  const seen = new Set<ChangeState>([start]);
  const queue = [start];
  for (let state = queue.pop(); state !== undefined; state = queue.pop())
    for (const to of Object.values(TRANSITIONS[state]))
      if (!seen.has(to)) {
        seen.add(to);
        queue.push(to);
      }
  return seen;
}

describe('change state machine', () => {
  it('reaches every state from proposed', () => {
    expect([...reachableFrom('proposed')].sort()).toEqual([...CHANGE_STATES].sort());
  });

  it('can always end: a terminal state is reachable from every state', () => {
    for (const state of CHANGE_STATES)
      expect([...reachableFrom(state)].some((to) => isTerminal(to))).toBe(true);
  });

  it('uses every trigger and has no cycle', () => {
    expect(new Set(edges.map((edge) => edge.trigger))).toEqual(new Set(TRIGGERS));
    for (const state of CHANGE_STATES)
      for (const to of Object.values(TRANSITIONS[state]))
        expect(reachableFrom(to).has(state)).toBe(false);
  });

  it('never ends a change that touched a device except by proof, by restoring or by a person', () => {
    const ends = edges.filter((edge) => isTouching(edge.from) && isTerminal(edge.to));
    expect(ends.map((edge) => `${edge.from} ${edge.trigger}`).sort()).toEqual([
      'applying abort-untouched',
      'confirming finish',
      'rolling-back give-up',
      'rolling-back restore',
      'scheduled expire',
      'scheduled refuse',
      'scheduled supersede',
    ]);
  });

  it('asserts on every pair that is not in the table', () => {
    for (const from of CHANGE_STATES)
      for (const trigger of TRIGGERS) {
        const to = TRANSITIONS[from][trigger];
        if (to === undefined) expect(() => nextState(from, trigger)).toThrow('no transition');
        else expect(nextState(from, trigger)).toBe(to);
      }
  });
});
