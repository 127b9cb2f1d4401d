import type { FillProblem, ReliefProblem, RoutingModel, Strategies } from '../../ports';
import { deviceId } from '../../model';
import { sheltered, SolverFailure } from './solvers';

const fill: FillProblem = { residualBps: [1, 2], demandBps: 1, gridEntries: 16, keepAtLeast: 1 };
const relief: ReliefProblem = {
  capacityBps: [1, 1],
  loadBps: [0, 0],
  items: [
    {
      group: 0,
      bps: 1,
      choices: [
        { channels: [0], shares: [1] },
        { channels: [1], shares: [1] },
      ],
      present: [1, 0],
      weights: [1, 0],
      gridEntries: 16,
      parts: 1,
      isElephant: false,
    },
  ],
  relevant: [0],
  maxGroups: 1,
  targetRatio: 0.5,
  cuts: [],
  step: 1,
};
const relieved = {
  weights: [[15, 1]],
  method: 'sweep',
  before: 1,
  after: 0.5,
  lowerBound: 0,
  churn: 1,
  open: null,
};

function around(
  inner: Partial<Record<keyof Strategies, unknown>>,
  last: RoutingModel | null = null,
) {
  const failures: string[] = [];
  const strategies = sheltered(
    inner as unknown as Strategies,
    () => last,
    (failure) => failures.push(`${failure.method}: ${failure.message}`),
  );
  return { strategies, failures };
}

const boom = (): never => {
  throw new TypeError('boom');
};

const SAMPLES = { before: [], after: [] };
const SCALES = { priorScale: 1, leastDeviation: 0.05 };

describe('a method of decision that fails', () => {
  it.each([
    ['throws', boom],
    ['gives too few weights', () => [16]],
    ['gives NaN', () => [NaN, 16]],
    ['gives a weight below zero', () => [-1, 17]],
    ['gives nothing to anybody', () => [0, 0]],
    ['gives more than there is', () => [16, 16]],
  ])('%s: no weights come of it', (_, fillWeights) => {
    const { strategies, failures } = around({ fillWeights });
    expect(() => strategies.fillWeights(fill)).toThrow(SolverFailure);
    expect(failures).toHaveLength(1);
  });

  it.each([
    ['throws', boom],
    ['forgets an item', () => ({ ...relieved, weights: [] })],
    ['gives more entries than the device has', () => ({ ...relieved, weights: [[16, 1]] })],
    ['gives none to any next hop', () => ({ ...relieved, weights: [[0, 0]] })],
    ['gives a part of an entry', () => ({ ...relieved, weights: [[15.5, 0.5]] })],
    ['forgets a next hop', () => ({ ...relieved, weights: [[16]] })],
    ['gives no figure', () => ({ ...relieved, after: NaN })],
  ])('%s: nothing is relieved', (_, relieve) => {
    const { strategies, failures } = around({ relieve });
    expect(() => strategies.relieve(relief)).toThrow(SolverFailure);
    expect(failures).toHaveLength(1);
  });

  it('moves no step that cannot be', () => {
    const { strategies, failures } = around({ stepSize: () => 2 });
    expect(strategies.stepSize(1)).toBe(0);
    expect(failures).toHaveLength(1);
  });

  it('makes figures unknown and tests undecided', () => {
    for (const answer of [boom, () => -5, () => undefined])
      expect(around({ quantile: answer }).strategies.quantile([], [], 0.5)).toBeNaN();
    for (const pValue of [NaN, -1, 2]) {
      const { strategies } = around({ sequentialTest: () => ({ pValue, mean: 3 }) });
      expect(strategies.sequentialTest(SAMPLES, SCALES)).toEqual({ pValue: 1, mean: 0 });
    }
    for (const answer of [boom, () => [1], () => [-1, 0], () => [NaN, 0]]) {
      const { strategies } = around({ syntheticControl: answer });
      expect(strategies.syntheticControl([], [[], []])).toEqual([0, 0]);
    }
    expect(around({ hashTail: boom }).strategies.hashTail(1, 2, 1)).toBe(1);
    for (const answer of [boom, () => ({ deviations: NaN, explainedRatio: 2 })])
      expect(around({ hashDependence: answer }).strategies.hashDependence([])).toEqual({
        deviations: 0,
        explainedRatio: 0,
      });
    for (const answer of [boom, () => [{ link: 1, lossRatio: 2, gain: 9 }]])
      expect(around({ grayLinks: answer }).strategies.grayLinks([])).toEqual([]);
  });

  it('keeps the last good routing, and without one knows no way to anywhere', () => {
    const good = {
      spread: () => ({ shares: new Map(), problem: null }),
    } as unknown as RoutingModel;
    const args = [{}, new Map()] as unknown as Parameters<Strategies['routing']>;
    expect(around({ routing: boom }, good).strategies.routing(...args)).toBe(good);
    const none = around({ routing: () => null }).strategies.routing(...args);
    expect(none.spread(deviceId('a'), 'p').problem).toEqual({ kind: 'black-hole', at: 'a' });
    expect(none.withRoutes([]).nextHops(deviceId('a'), 'p')).toEqual([]);
  });

  it('a spread with shares that cannot be leads nowhere, which every check refuses', () => {
    const args = [{}, new Map()] as unknown as Parameters<Strategies['routing']>;
    for (const share of [NaN, -0.5, 7]) {
      const spread = () => ({ shares: new Map([['a:b', share]]), problem: null });
      const model = around({ routing: () => ({ spread }) }).strategies.routing(...args);
      expect(model.spread(deviceId('a'), 'p').problem?.kind).toBe('black-hole');
    }
  });

  it('that works is passed through as it is', () => {
    const { strategies, failures } = around({
      fillWeights: () => [8, 8],
      relieve: () => relieved,
      quantile: () => 7,
      hashTail: () => 0.25,
      sequentialTest: () => ({ pValue: 0.01, mean: 4 }),
      syntheticControl: () => [0.5],
    });
    expect(strategies.fillWeights(fill)).toEqual([8, 8]);
    expect(strategies.relieve(relief).weights).toEqual([[15, 1]]);
    expect(strategies.quantile([], [], 0.5)).toBe(7);
    expect(strategies.hashTail(1, 2, 1)).toBe(0.25);
    expect(strategies.sequentialTest(SAMPLES, SCALES).mean).toBe(4);
    expect(strategies.syntheticControl([], [[]])).toEqual([0.5]);
    expect(failures).toEqual([]);
  });
});
