import { strategies } from '@weir/algorithms';
import {
  deviceId,
  type Change,
  type ForeseenLoad,
  type Objective,
  type TelemetryFrame,
  type VerdictRecord,
} from '../../model';
import { emptyDurableState } from '../../state';
import {
  CAPACITY_BPS,
  changeOf,
  clos,
  frameOf,
  NOW,
  passOf,
  POLICY,
} from '../guard/testing/network';
import type { ObjectiveState, ObservedState, Verification } from '../observed';
import { Pass } from '../pass';
import { judgeForeseen } from './foreseen';

const network = clos(3, 2);
const PREFIX = '10.0.2.0/24';
const TICK_MS = 1_000;
const DUE_MS = 8_000;

const FORESEEN: ForeseenLoad = {
  channel: 'l1:s1',
  lowerRatio: 0.7,
  valueRatio: 0.8,
  upperRatio: 0.9,
  dueMs: NOW.wallMs + DUE_MS,
  horizonMs: DUE_MS,
  hurtsFromRatio: 0.6,
  // Before the change all went over the first spine; now it is spread over both.
  before: [{ device: deviceId('l1'), prefix: PREFIX, weights: { s1: 1, s2: 0 } }],
};
const VERIFY = {
  settleMs: 0,
  minSamples: 5,
  maxMs: 60_000,
  minGainRatio: 0.05,
  alpha: 0.05,
  harm: { objectiveRatio: 0.5, otherObjectivesRatio: 0.5, lossIncrease: 0.01 },
  onInconclusive: 'rollback',
};

interface Tick {
  /** What l1 sends to the prefix, as a share of the capacity of a link. */
  readonly demand: number;
  readonly state?: string;
  readonly otherMs?: number;
  /** Share of it on the first spine; half of it, by the weights. */
  readonly first?: number;
}

const objectiveFrom = (id: string, from: string): Objective =>
  ({ id, thresholdMs: 20, flows: [{ sources: [from], destinations: ['host-l2'] }] }) as never;

function frameAt(tick: number, { demand, first = 0.5 }: Tick): TelemetryFrame {
  const frame = frameOf(network);
  const txBps = new Float64Array(frame.layout.channels.length);
  const set = (channel: string, load: number): void => {
    txBps[frame.layout.channelIndex.get(channel) ?? -1] = load * CAPACITY_BPS;
  };
  set('l1:s1', demand * first);
  set('s1:l2', demand * first);
  set('l1:s2', demand * (1 - first));
  set('s2:l2', demand * (1 - first));
  return {
    ...frame,
    sequence: tick + 1,
    atMs: NOW.monoMs + tick * TICK_MS,
    layout: {
      ...frame.layout,
      prefixIndex: new Map(['l1', 's1', 's2'].map((name, i) => [`${name}|${PREFIX}`, i])),
      queueIndex: new Map(),
    },
    channels: { ...frame.channels, txBps, lossRatio: new Float64Array(txBps.length) },
    prefixes: {
      txBps: Float64Array.of(demand, demand * first, demand * (1 - first)).map(
        (share) => share * CAPACITY_BPS,
      ),
    },
  } as never;
}

/** Plays ticks after the change; says at which tick there was a verdict. */
function play(ticks: readonly Tick[]): { tick: number; verdict: VerdictRecord } | null {
  const change = changeOf(network, { l1: { [PREFIX]: { s2: 1 } } }, {
    foreseen: FORESEEN,
    verify: VERIFY,
  } as unknown as Partial<Change>);
  const verification = {
    startedMs: NOW.monoMs,
    firstFrameMs: NOW.monoMs,
    lossBefore: 0,
    lossAfter: [],
    pauseBeforePps: 0,
    pauseAfterPps: [],
    othersBeforeMs: new Map([['other', [10, 10, 10, 10, 10]]]),
    frame: 0,
  } as unknown as Verification;
  const { env, observed } = passOf(network);
  let state: ObservedState = {
    ...observed,
    verifications: new Map([[change.id, verification]]),
  };
  for (const [i, tick] of ticks.entries()) {
    const atMs = NOW.monoMs + (i + 1) * TICK_MS;
    const samples = Array.from({ length: 5 }, () => ({
      atMs,
      quantileMs: tick.otherMs ?? 10,
      count: 9,
    }));
    const objectives = new Map([
      ['objective', { objective: objectiveFrom('objective', 'host-l1'), samples: [] }],
      ['other', { objective: objectiveFrom('other', 'host-l1'), samples }],
    ]) as unknown as ReadonlyMap<string, ObjectiveState>;
    for (const own of objectives.values()) Object.assign(own, { state: tick.state ?? 'healthy' });
    const now = { monoMs: atMs, wallMs: NOW.wallMs + (i + 1) * TICK_MS };
    const policy = { ...POLICY, detect: { baselineRatio: 1.25 } } as typeof POLICY;
    const seen = { ...state, frame: frameAt(i + 1, tick), objectives };
    const durable = { ...emptyDurableState, changes: new Map([[change.id, change]]) };
    const pass = new Pass({ ...env, policy, strategies }, { durable, observed: seen }, now);
    const held = pass.observed.verifications.get(change.id) ?? verification;
    const verdict = judgeForeseen(pass, change, FORESEEN, held);
    state = pass.observed;
    if (verdict !== null) return { tick: i + 1, verdict };
  }
  return null;
}

const times = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick);

describe('the verdict on a change before the breach', () => {
  it('waits for what was foreseen, and is improved when the old routes would carry it', () => {
    const played = play([...times(5, { demand: 0.2 }), ...times(9, { demand: 0.85 })]);
    expect(played).toMatchObject({ tick: 8, verdict: { verdict: 'improved', samples: 3 } });
    // On two links instead of one the fourth root of the mean of u^4 is half.
    expect(played?.verdict.effectRatio).toBeCloseTo(-0.5, 1);
    expect(played?.verdict.evidence[0]).toContain('would have carried up to 85.0 %');
  });

  it('has no effect when it has not come by twice the time', () => {
    const played = play(times(30, { demand: 0.6 }));
    expect(played).toMatchObject({ tick: 17, verdict: { verdict: 'no-effect', samples: 0 } });
    expect(played?.verdict.evidence.at(-1)).toContain('did not come');
  });

  it('has no effect when it comes and is as bad as without the change', () => {
    const played = play(times(9, { demand: 0.85, first: 1 }));
    expect(played).toMatchObject({ tick: 3, verdict: { verdict: 'no-effect' } });
  });

  it('is harmed when the objective is missed before anything came', () => {
    const played = play([...times(2, { demand: 0.2 }), { demand: 0.2, state: 'breached' }]);
    expect(played).toMatchObject({ tick: 3, verdict: { verdict: 'harmed' } });
  });

  it('is harmed when another objective gets worse before anything came', () => {
    const played = play(times(9, { demand: 0.2, otherMs: 40 }));
    expect(played?.verdict.verdict).toBe('harmed');
    expect(played?.verdict.evidence.at(-1)).toContain('other');
  });

  it('lays what comes anyway at nobody’s door, unless the change makes it worse', () => {
    const anyway = play(times(9, { demand: 0.85, otherMs: 40 }));
    expect(anyway?.verdict.verdict).toBe('improved');
    const worse = play(times(9, { demand: 0.85, otherMs: 40, first: 0 }));
    expect(worse?.verdict.verdict).not.toBe('improved');
  });
});
