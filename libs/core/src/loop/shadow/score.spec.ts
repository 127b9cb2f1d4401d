import type { Objective, Shadow } from '../../model';
import { clos, NOW, passOf } from '../guard/testing/network';
import type { RoutingModel } from '../../ports';
import type { ObjectiveState } from '../observed';
import { Pass } from '../pass';
import { scoreShadow } from './score';

const network = clos(2, 2);
const [source, destination] = [...network.topology.endpoints.keys()];
const [target] = [...network.topology.endpoints.values()].filter(({ id }) => id === destination);

const objective = {
  id: 'o',
  workloads: ['w'],
  class: 'real-time-inference',
  metric: 'request-latency',
  quantile: 0.95,
  thresholdMs: 20,
  flows: [{ sources: [source], destinations: [destination] }],
} as unknown as Objective;

/** In breach, with one sample a second since the decision would have settled. */
const breached = (quantileMs: number): ObjectiveState =>
  ({
    objective,
    boundsMs: [],
    window: [],
    samples: Array.from({ length: 8 }, (_, i) => ({
      atMs: NOW.monoMs - 8000 + i * 1000,
      quantileMs: 80,
      count: 10,
    })),
    quantileMs,
    state: 'breached',
    sinceMs: 0,
    healthyMs: 4,
    job: { recent: { iterationMs: 0, collectiveMs: 0, count: 0 } },
  }) as unknown as ObjectiveState;

const shadow = {
  id: 'sh-1',
  rule: 'reroute',
  objectiveId: 'o',
  action: {
    type: 'reroute',
    routes: [{ device: 'l1', prefix: target?.prefix ?? '', weights: { s1: 1, s2: 3 } }],
  },
  predicted: { gainRatio: -0.3, uncertaintyRatio: 0.1 },
  settledMs: NOW.wallMs - 10_000,
  dueMs: NOW.wallMs,
  minSamples: 5,
  minGainRatio: 0.1,
} as unknown as Shadow;

/** Everything takes the first uplink before, and the second after. */
const model = (uplink: string): RoutingModel => ({
  spread: () => ({ shares: new Map([[`l1:${uplink}`, 1]]), problem: null }),
  owner: () => null,
  nextHops: () => [],
  peer: () => null,
  withRoutes: () => model('s2'),
});

function scored() {
  const { env, durable, observed } = passOf(network);
  const { frame } = observed;
  if (frame === null) throw new Error('the network has a frame');
  const zeros = frame.channels.txBps.map(() => 0);
  const channels = {
    ...frame.channels,
    txBps: zeros,
    rxBps: zeros,
    lossRatio: zeros,
    inErrorRatio: zeros,
  };
  const objectives = new Map([['o', breached(80)]]);
  const prefixes = { txBps: new Float64Array(0), ageMs: new Float64Array(0) };
  const layout = { ...frame.layout, prefixes: [], prefixIndex: new Map<string, number>() };
  const full = { ...frame, layout, channels, prefixes };
  const seen = { ...observed, holdReason: '', frame: full, objectives };
  const strategies = { ...env.strategies, routing: () => model('s1') };
  const policy = { ...env.policy, detect: { baselineRatio: 1.25 } as typeof env.policy.detect };
  return scoreShadow(
    new Pass({ ...env, strategies, policy }, { durable, observed: seen }, NOW),
    shadow,
  );
}

let mockGain = 0;
jest.mock('../4-decide/exposure', () => ({
  ...jest.requireActual<object>('../4-decide/exposure'),
  exposureGain: () => mockGain,
}));

describe('the score of what was not done', () => {
  it.each([
    [-0.5, 'helped'],
    [-0.01, 'no-gain'],
    [0.5, 'harmed'],
    [NaN, 'unknown'],
    [-Infinity, 'unknown'],
  ])('with a predicted gain of %d is %s, and holds finite figures only', (gain, outcome) => {
    mockGain = gain;
    const score = scored();
    expect(score.outcome).toBe(outcome);
    expect([score.gainRatio, score.uncertaintyRatio, score.afterMs].every(Number.isFinite)).toBe(
      true,
    );
  });
});
