import type { Change, LeafDiff, TelemetryFrame, Verdict } from '../../model';
import { changeId, deviceId } from '../../model';
import type { DeviceProfile, QueueSettings } from '../../ports';
import { clos, frameOf, NOW, passOf, profile } from '../guard/testing/network';
import type { Trend } from '../observed';
import { Pass } from '../pass';
import { triedSteps } from './ecn-history';
import { isPauseRising } from './pause';

const KEY = 'l1:s1:be';
const l1 = deviceId('l1');
const LEAVES = ['/q/min', '/q/max', '/q/pmax'];
type Values = readonly [number, number, number];

/** Marking of the one queue there is, in three leaves. */
const queue: DeviceProfile['queue'] = (image): QueueSettings => {
  const [min, max, percent] = LEAVES.map((path) => image.get(path));
  const ecn =
    min === undefined
      ? null
      : {
          enabled: true,
          minThresholdBytes: Number(min),
          maxThresholdBytes: Number(max),
          maxProbabilityPercent: Number(percent),
        };
  return { scalingFactor: null, dedicatedBytes: 0, limitBytes: null, scheduling: null, ecn };
};

interface Past {
  readonly from: Values | null;
  readonly to: Values;
  readonly state: Change['state'];
  readonly verdict?: Verdict | null;
  readonly agoMs?: number;
}

const changeOf = ({ from, to, state, verdict, agoMs }: Past, i: number): Change => {
  const [minThresholdBytes, maxThresholdBytes, maxProbabilityPercent] = to;
  const values = { minThresholdBytes, maxThresholdBytes, maxProbabilityPercent };
  const leaves = LEAVES.map((path, j): LeafDiff => ({
    path,
    before: to[j] as number,
    after: from?.[j] ?? null,
  }));
  return {
    id: changeId(`chg-${i}`),
    state,
    updatedMs: NOW.wallMs - (agoMs ?? 1_000),
    action: { type: 'ecn', settings: [{ device: l1, interface: 's1', queue: 'be', ...values }] },
    verdict: verdict === null ? null : { verdict: verdict ?? 'improved' },
    plan: { inverse: [{ device: l1, leaves }] },
  } as unknown as Change;
};

function tried(...past: readonly Past[]) {
  const network = clos(2, 2);
  const changes = new Map(past.map(changeOf).map((change) => [change.id, change]));
  const { env, durable, observed } = passOf(network, { durable: { changes } });
  const profiles = new Map([['plain', { ...profile, queue }]]);
  const pass = new Pass({ ...env, profiles }, { durable, observed }, NOW);
  return triedSteps(pass, KEY).map((item) => `${item.knob} ${item.direction} ${item.outcome}`);
}

const START: Values = [100, 400, 20];
const LOWER: Values = [80, 320, 20];
const HARDER: Values = [80, 320, 25];

describe('triedSteps', () => {
  it('tells what helped and what failed, each from what the change found there', () => {
    expect(
      tried(
        { from: START, to: LOWER, state: 'confirmed' },
        { from: LOWER, to: HARDER, state: 'rolled-back', verdict: 'no-effect' },
        { from: LOWER, to: [80, 256, 20], state: 'rolled-back', verdict: 'harmed' },
      ),
    ).toEqual(['thresholds earlier helped', 'probability earlier failed', 'spread earlier failed']);
  });

  it.each<[string, Past]>([
    ['switching it on is no step', { from: null, to: START, state: 'confirmed' }],
    ['nothing was measured', { from: START, to: LOWER, state: 'rolled-back', verdict: null }],
    ['a person kept it', { from: START, to: LOWER, state: 'confirmed', verdict: 'no-effect' }],
    ['it is not over', { from: START, to: LOWER, state: 'verifying' }],
    ['it is long ago', { from: START, to: LOWER, state: 'confirmed', agoMs: 3_600_001 }],
    ['two knobs were turned', { from: START, to: [80, 320, 30], state: 'confirmed' }],
  ])('learns nothing where %s', (_, past) => {
    expect(tried(past)).toEqual([]);
  });
});

describe('isPauseRising', () => {
  /** Pause frames of all ports now and on average, received and sent. */
  const rising = (rx: readonly [number, number], tx: readonly [number, number] = [0, 0]) => {
    const network = clos(2, 2);
    const plain = frameOf(network);
    const filled = (value: number) => new Float64Array(8).fill(value);
    const columns = { pauseRxPps: filled(rx[0]), pauseTxPps: filled(tx[0]) };
    const channels = { ...plain.channels, ...columns };
    const frame = { ...plain, channels } as TelemetryFrame;
    const trend = { pauseRxPps: filled(rx[1]), pauseTxPps: filled(tx[1]) } as unknown as Trend;
    return isPauseRising(passOf(network, { frame, observed: { trend } }), 'l1:s1');
  };

  it.each([
    ['none', [0, 0], false],
    ['one now and then', [1, 0.1], false],
    ['as ever', [500, 480], false],
    ['a fifth more', [601, 500], true],
    ['the first ones', [30, 10], true],
    ['not counted', [NaN, NaN], false],
  ] as const)('%s', (_, pps, expected) => {
    expect(rising(pps)).toBe(expected);
    expect(rising([NaN, NaN], pps)).toBe(expected);
  });

  it('knows nothing of recordings without such a column', () => {
    const trend = {} as unknown as Trend;
    expect(isPauseRising(passOf(clos(2, 2), { observed: { trend } }), 'l1:s1')).toBe(false);
  });
});
