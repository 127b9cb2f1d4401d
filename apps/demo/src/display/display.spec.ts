import type { EngineStatusView, EventEnvelope } from '@weir/contracts';
import { Display } from './display';

const status = {
  phase: 'running',
  objectives: [
    { id: 'LatencyObjective/chat', state: 'healthy', quantileMs: 13.04, thresholdMs: 20 },
    { id: 'TrainingJob/llm', state: 'unknown', quantileMs: null, thresholdMs: null },
  ],
  hottest: [{ channel: 'leaf1:eth1', utilizationRatio: 0.913, lossRatio: null }],
} as unknown as EngineStatusView;

const record = (body: Record<string, unknown>): EventEnvelope =>
  ({ sequence: 1, atMs: 0, epoch: 1, hash: '', body }) as unknown as EventEnvelope;

function display(isTerminal: boolean, columns = 100) {
  let text = '';
  const shown = new Display({
    write: (more) => (text += more),
    isTerminal,
    colour: false,
    columns: () => columns,
  });
  return { shown, text: () => text };
}

describe('the display', () => {
  it('is plain lines where there is no terminal', () => {
    const { shown, text } = display(false);
    shown.note('hello');
    shown.status(status);
    expect(text()).toMatch(/^ +\d+\.\d s {2}hello\n$/);
  });

  it('keeps a board below the text on a terminal', () => {
    const { shown, text } = display(true);
    shown.status(status);
    expect(text()).toContain('hottest leaf1:eth1 91 %');
    expect(text()).toMatch(/chat +p95 +13\.0 ms +limit +20 ms +healthy/);
    expect(text()).toMatch(/llm +p95 +- ms +limit +own ms +unknown/);
    const before = text().length;
    shown.note('news');
    // The board of 4 lines is taken away, the line is written, the board comes back.
    const again = text().slice(before);
    expect(again.startsWith('\u001b[4A\u001b[J')).toBe(true);
    expect(again).toMatch(/news\n-+\n/);
    expect(text().endsWith('unknown\n')).toBe(true);
  });

  it('draws on a terminal that does not know its width', () => {
    const { shown, text } = display(true, 0);
    shown.status(status);
    shown.chapter('Title', 'A story of some words that goes on for a while.');
    expect(text()).toContain('Title');
  });

  it('says the same thing once', () => {
    const { shown, text } = display(false);
    const waits = record({
      kind: 'incident-diagnosed',
      id: 'inc-1',
      note: 'rule reroute is in its cool-down',
      diagnosis: { causes: [] },
    });
    shown.event(waits);
    shown.event(waits);
    expect(text().match(/cool-down/g)).toHaveLength(1);
  });

  it.each([
    [
      {
        kind: 'change-transition',
        id: 'chg-1',
        from: 'verifying',
        to: 'rolling-back',
        reason: 'harmed',
      },
      'chg-1 rolling back: harmed',
    ],
    [
      {
        kind: 'incident-opened',
        incident: {
          id: 'inc-2',
          objectiveId: 'x',
          healthyQuantileMs: null,
          degradedQuantileMs: 31,
        },
      },
      'inc-2 opened: x p95 ? -> 31.0 ms',
    ],
    [
      {
        kind: 'device-outcome',
        id: 'chg-1',
        device: 'leaf1',
        verb: 'revert',
        outcome: 'unknown',
        message: 'no answer',
      },
      'chg-1 leaf1: revert unknown no answer',
    ],
  ])('tells %j', (body, words) => {
    const { shown, text } = display(false);
    shown.event(record(body));
    expect(text()).toContain(words);
  });

  it('passes over what says nothing to people', () => {
    const { shown, text } = display(false);
    shown.event(record({ kind: 'policy-loaded', name: 'demo', hash: 'x' }));
    shown.event(
      record({ kind: 'change-transition', id: 'c', from: 'a', to: 'applying', reason: '' }),
    );
    expect(text()).toBe('');
  });
});
