import type { DecisionDifference } from '@weir/runtime';
import { PLAIN } from '../output/style';
import { comparisonText } from './text';

const difference = (atMs: number, openLoop: boolean): DecisionDifference => ({
  event: atMs,
  atMs,
  by: 'policy',
  openLoop,
  decision: {
    what: 'change',
    objective: 'LatencyObjective/api',
    rule: `rule-${atMs}` as never,
    action: 'reroute',
    mode: 'auto',
    refusal: '',
  },
});

const textOf = (differences: readonly DecisionDifference[]): string =>
  comparisonText(
    [
      {
        file: 'a.weirflight',
        complete: true,
        version: '1',
        fromMs: 0,
        toMs: 10,
        events: 10,
        recordedPolicies: ['default'],
        policy: 'other',
        same: 1,
        divergedAtMs: 1,
        differences,
      },
    ],
    PLAIN,
  );

describe('decisions under another policy, in words', () => {
  it('say from which one on nothing answers to them any more', () => {
    const lines = textOf([difference(1, false), difference(2, true), difference(3, true)]);
    expect(lines).toMatch(/rule rule-1;.*\n {2}open loop: what follows .*\n.*rule rule-2;/);
    expect(lines.match(/open loop/g)).toHaveLength(1);
  });

  it('say nothing of it where the first difference is the only one', () => {
    expect(textOf([difference(1, false)])).not.toContain('open loop');
  });
});
