import { strategies } from '@weir/algorithms';
import { changeId, deviceId, type ForecastPolicy, type Objective } from '../../model';
import { emptyDurableState } from '../../state';
import { forecastFacts, type ForecastState } from '../forecast';
import {
  changeOf,
  clos,
  CAPACITY_BPS,
  frameOf,
  NOW,
  passOf,
  POLICY,
} from '../guard/testing/network';
import { UNKNOWN_JOB_TIMES, type ObjectiveState, type ObservedState } from '../observed';
import { Pass } from '../pass';
import { observeForecast } from './forecast';
import { forgetForecasts } from './forecast-routes';

const network = clos(3, 2);
const STEP_MS = 1_000;
const FORECAST: ForecastPolicy = {
  enabled: true,
  intervalMs: STEP_MS,
  horizonSteps: 4,
  coverage: 0.9,
  maxSeries: 512,
};
const objective = {
  id: 'o',
  metric: 'request-latency',
  thresholdMs: 20,
  workloads: ['w'],
  flows: [{ sources: ['host-l1'], destinations: ['host-l2'] }],
} as unknown as Objective;
const ON_PATH = ['l1:s1', 'l1:s2', 's1:l2', 's2:l2'];

/** The loop's view of a network whose links carry what `loadOf` says, tick by tick. */
class Play {
  observed: ObservedState;
  tick = 0;
  private readonly frame = frameOf(network);

  constructor(
    private readonly policy: Partial<ForecastPolicy> = {},
    private readonly objectives: readonly Objective[] = [objective],
  ) {
    this.observed = passOf(network).observed;
  }

  get forecast(): ForecastState {
    if (this.observed.forecast === null) throw new Error('nothing is forecast');
    return this.observed.forecast;
  }

  valuesOf(channel: string): number[] {
    return [...(this.forecast.series.get(channel)?.values ?? [])];
  }

  run(ticks: number, loadOf: (tick: number, channel: string) => number, revision = ''): this {
    for (let i = 0; i < ticks; i++) {
      const pass = this.pass(loadOf, revision);
      observeForecast(pass, pass.observed.frame ?? this.frame);
      this.observed = pass.observed;
    }
    return this;
  }

  pass(loadOf: (tick: number, channel: string) => number, revision = ''): Pass {
    this.tick += 1;
    const { layout } = this.frame;
    const atMs = NOW.monoMs + this.tick * STEP_MS;
    const txBps = new Float64Array(layout.channels.length);
    for (const [key, row] of layout.channelIndex)
      txBps[row] = loadOf(this.tick, key) * CAPACITY_BPS;
    const channels = { ...this.frame.channels, txBps };
    const frame = { ...this.frame, atMs, channels, layout: { ...layout, revision } };
    const objectives = new Map(
      this.objectives.map((one) => {
        const state = { objective: one, samples: [], job: UNKNOWN_JOB_TIMES, state: 'healthy' };
        return [one.id, state as unknown as ObjectiveState];
      }),
    );
    const { env } = passOf(network, {
      policy: { ...POLICY, forecast: { ...FORECAST, ...this.policy } },
    });
    const observed = { ...this.observed, frame, objectives };
    const now = { monoMs: atMs, wallMs: NOW.wallMs + this.tick * STEP_MS };
    return new Pass({ ...env, strategies }, { durable: emptyDurableState, observed }, now);
  }
}

const burst = (tick: number): number => (tick % 16 < 5 ? 0.9 : 0.1);

describe('forecasts of the load', () => {
  it('are made for the links on the paths of objectives, and for no other', () => {
    const play = new Play().run(40, () => 0.3);
    const known = [...play.forecast.series].filter(([, { values }]) => values.length > 0);
    expect(known.map(([key]) => key).sort()).toEqual(ON_PATH);
    for (const [, { next }] of known) expect(next.value).toBeCloseTo(0.3, 6);
  });

  it('are made for the hottest links where the policy allows no more', () => {
    const heat = (_: number, key: string): number => (key === 's1:l2' ? 0.9 : 0.2);
    const play = new Play({ maxSeries: 2 }).run(10, heat);
    expect([...play.forecast.series.keys()]).toHaveLength(2);
    expect([...play.forecast.series.keys()]).toContain('s1:l2');
  });

  it('foretell a burst that comes back, with an error far below that of the last value', () => {
    const play = new Play().run(300, (tick, key) => (key === 'l1:s1' ? burst(tick) : 0.2));
    const { next, period } = play.forecast.series.get('l1:s1') ?? {};
    expect(period).toBeNull();
    expect(next?.period).toBe(16);
    // A step ends within the tick that follows it, so the value is for the fourth tick from here.
    const due = burst(play.tick + 4);
    expect(Math.abs((next?.value ?? NaN) - due)).toBeLessThan(0.1);
    expect(play.forecast.summary?.horizonMs).toBe(4_000);
    expect(play.forecast.summary?.errorRatio).toBeLessThan(0.3);
    expect(play.forecast.summary?.coverageRatio).toBeGreaterThan(0.85);
    const facts = forecastFacts(play.pass(burst), objective);
    expect(facts.upperUtilizationRatio).toBeGreaterThanOrEqual(facts.maxUtilizationRatio);
    expect(facts.horizonMs).toBe(4_000);
  });

  it('are unknown facts until there is an interval', () => {
    const play = new Play().run(5, () => 0.5);
    expect(
      forecastFacts(
        play.pass(() => 0.5),
        objective,
      ).upperUtilizationRatio,
    ).toBeNaN();
  });

  it('take the iteration of a training job by its plan', () => {
    const job = { ...objective, metric: 'iteration-time', periodMs: 7_500 } as Objective;
    const play = new Play({}, [job]).run(3, () => 0.5);
    expect(play.forecast.series.get('l1:s1')?.learntPeriod).toBe(7.5);
    const unseen = new Play({}, [{ ...job, periodMs: 1_500 }]).run(3, () => 0.5);
    expect(unseen.forecast.series.get('l1:s1')?.learntPeriod).toBeNull();
  });

  it('let time pass over a gap, and begin anew after a long one', () => {
    const gap = (from: number, to: number) => (tick: number) =>
      tick >= from && tick < to ? NaN : 0.4;
    const short = new Play().run(40, gap(20, 24));
    expect(short.valuesOf('l1:s1')).toHaveLength(39);
    expect(short.valuesOf('l1:s1').filter(Number.isNaN)).toHaveLength(4);
    const long = new Play().run(40, gap(20, 32));
    expect(long.valuesOf('l1:s1').length).toBeLessThan(10);
    expect(long.valuesOf('l1:s1').some(Number.isNaN)).toBe(false);
  });

  it('count the steps that went by without a frame', () => {
    const play = new Play().run(20, () => 0.4);
    play.tick += 3;
    play.run(10, () => 0.4);
    expect(play.valuesOf('l1:s1').filter(Number.isNaN)).toHaveLength(3);
    expect(play.valuesOf('l1:s1')).toHaveLength(32);
  });

  it('begin anew on the links that a change of routes leads to, and go on elsewhere', () => {
    const play = new Play().run(30, () => 0.4);
    const routes = [{ device: deviceId('l1'), prefix: '10.0.2.0/24', weights: { s1: 1, s2: 0 } }];
    const change = changeOf(
      network,
      {},
      {
        action: { type: 'reroute', routes },
      },
    );
    const pass = play.pass(() => 0.4);
    pass.durable = { ...pass.durable, changes: new Map([[changeId('chg-1'), change]]) };
    const own = { ...pass.observed.forecast?.series.get('l1:s1') };
    pass.observe({
      forecast: {
        ...play.forecast,
        series: new Map([...play.forecast.series, ['l3:s1', own as never]]),
      },
    });
    forgetForecasts(pass, changeId('chg-1'));
    expect([...(pass.observed.forecast?.series.keys() ?? [])]).toEqual(['l2:h', 'l3:s1']);
  });

  it('begin anew with another topology, and end with the policy', () => {
    const play = new Play().run(30, () => 0.4);
    expect(play.run(1, () => 0.4, 'other').valuesOf('l1:s1')).toHaveLength(0);
    const pass = play.pass(() => 0.4);
    const { forecast, ...rest } = pass.env.policy;
    const without = pass.under({ ...pass.env, policy: rest });
    observeForecast(without, pass.observed.frame as never);
    expect(forecast?.enabled).toBe(true);
    expect(without.observed.forecast).toBeNull();
  });

  it('forget what is oldest, and stay bounded', () => {
    const play = new Play({ horizonSteps: 1 }).run(760, (tick) => 0.4 + 0.1 * ((tick * 7) % 3));
    for (const key of ON_PATH) {
      expect(play.valuesOf(key).length).toBeGreaterThanOrEqual(480);
      expect(play.valuesOf(key).length).toBeLessThan(730);
    }
  });

  it('are a function of the state: the same state twice, or read back, gives the same', () => {
    const load = (tick: number, key: string): number => burst(tick) + (key === 'l1:s1' ? 0.05 : 0);
    const play = new Play().run(150, load);
    const { tick, observed } = play;
    const first = play.run(3, load).forecast;
    const again = (state: ObservedState): ForecastState => {
      const other = new Play();
      other.observed = state;
      other.tick = tick;
      return other.run(3, load).forecast;
    };
    expect(again(observed)).toEqual(first);
    const copied = { ...observed, forecast: structuredClone(observed.forecast) };
    expect(again(copied)).toEqual(first);
  });
});
