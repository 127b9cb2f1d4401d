import fc from 'fast-check';
import { seededRandom } from '../../base';
import { deviceId, endpointId, type Device, type FrameLayout, type Topology } from '../../model';
import type { Trend } from '../observed';
import { compareEnds } from './gray';

const LEAVES = 6;
const SPINES = 4;
const CAPACITY = 100e9;

/** Leaf-spine with a host on each leaf; channel `leafN:sM` goes up, `spineM:lN` comes down. */
function fabric(): { topology: Topology; layout: FrameLayout } {
  const leaves = Array.from({ length: LEAVES }, (_, i) => deviceId(`leaf${i}`));
  const spines = Array.from({ length: SPINES }, (_, i) => deviceId(`spine${i}`));
  const links = leaves.flatMap((leaf, l) =>
    spines.map((spine, s) => ({
      id: `${leaf}-${spine}`,
      a: { device: leaf, interface: `s${s}` },
      b: { device: spine, interface: `l${l}` },
      capacityBps: CAPACITY,
    })),
  );
  const keys = links.flatMap(({ a, b }) => [a, b]);
  const devices = [...leaves, ...spines];
  const topology = {
    name: 't',
    revision: 'r',
    devices: new Map(devices.map((id) => [id, { id } as Device])),
    links,
    endpoints: new Map(
      leaves.map((leaf, i) => {
        const id = endpointId(`h${i}`);
        const attachedTo = { device: leaf, interface: 'h' };
        return [id, { id, attachedTo, prefix: `10.0.${i}.0/24`, labels: {} }];
      }),
    ),
  };
  const layout = {
    channels: keys.map((port) => ({
      device: devices.indexOf(port.device),
      interface: port.interface,
      capacityBps: CAPACITY,
    })),
    channelIndex: new Map(keys.map((port, row) => [`${port.device}:${port.interface}`, row])),
  } as unknown as FrameLayout;
  return { topology, layout };
}

interface Traffic {
  readonly seed: number;
  /** Bursts of `onMs` every `periodMs`; spines are read this much later than leaves. */
  readonly periodMs: number;
  readonly onMs: number;
  readonly skewMs: number;
  readonly gray: { readonly key: string; readonly loss: number } | null;
}

/** Octets that a synchronous job has sent by a time, at a mean of `bps`. */
const sentBy = (ms: number, { periodMs, onMs }: Traffic, bps: number): number => {
  const whole = Math.floor(ms / periodMs);
  const part = Math.min(onMs, ms - whole * periodMs) / onMs;
  return (bps * periodMs * (whole + part)) / 1000;
};

function trendOf(traffic: Traffic): {
  topology: Topology;
  trend: Trend;
  utilization: Float64Array;
} {
  const { topology, layout } = fabric();
  const random = seededRandom(traffic.seed);
  const rates = layout.channels.map(() => CAPACITY * (0.1 + 0.2 * random.next()));
  const lag = (key: string): number => (key.startsWith('spine') ? traffic.skewMs : 0);
  const opposite = new Map(
    topology.links.flatMap(({ a, b }) => {
      const [here, there] = [`${a.device}:${a.interface}`, `${b.device}:${b.interface}`];
      return [
        [here, there],
        [there, here],
      ] as const;
    }),
  );
  const recent = Array.from({ length: 32 }, (_, i) => {
    const txBps = new Float64Array(rates.length);
    const rxBps = new Float64Array(rates.length);
    for (const [key, row] of layout.channelIndex) {
      const back = layout.channelIndex.get(opposite.get(key) ?? '') ?? -1;
      const loss = traffic.gray?.key === key ? traffic.gray.loss : 0;
      const between = (at: number): number =>
        sentBy((i + 1) * 1000 + at, traffic, rates[row] ?? 0) -
        sentBy(i * 1000 + at, traffic, rates[row] ?? 0);
      txBps[row] = between(lag(key));
      rxBps[back] = between(lag(opposite.get(key) ?? '')) * (1 - loss);
    }
    return { atMs: (i + 1) * 1000, txBps, rxBps };
  });
  const utilization = Float64Array.from(rates, (rate) => rate / CAPACITY);
  return { topology, trend: { layout, recent } as unknown as Trend, utilization };
}

const suspects = (traffic: Traffic): string[] => {
  const { topology, trend, utilization } = trendOf(traffic);
  const { grayLoss, grayFloor } = compareEnds(topology, trend, utilization);
  return [...trend.layout.channelIndex]
    .filter(([, row]) => (grayLoss[row] ?? NaN) > (grayFloor[row] ?? NaN))
    .map(([key]) => key);
};

describe('compareEnds', () => {
  const bursts = { seed: 3, periodMs: 333, onMs: 80, skewMs: 500 };

  it.each([
    ['smooth traffic', { ...bursts, periodMs: 1, onMs: 1, skewMs: 0 }],
    ['bursts that are read at the same instant', { ...bursts, skewMs: 0 }],
    ['bursts that are read half a second apart', bursts],
  ])('finds one link that loses 2 %% among %s', (_, traffic) => {
    const gray = { key: 'leaf2:s1', loss: 0.02 };
    expect(suspects({ ...traffic, gray })).toEqual(['leaf2:s1']);
    expect(suspects({ ...traffic, gray: null })).toEqual([]);
  });

  it('suspects nobody where nothing is lost, whatever the bursts and the skew', () => {
    const traffic = fc.record({
      seed: fc.integer(),
      periodMs: fc.integer({ min: 5, max: 4_000 }),
      onMs: fc.integer({ min: 1, max: 900 }),
      skewMs: fc.integer({ min: 0, max: 999 }),
      gray: fc.constant(null),
    });
    fc.assert(
      fc.property(traffic, (item) => {
        expect(suspects({ ...item, onMs: Math.min(item.onMs, item.periodMs) })).toEqual([]);
      }),
    );
  });

  it('hints at a loss that began too lately to be told, and at none where nothing is lost', () => {
    const hintsOf = (lossyFrames: number, gray: Traffic['gray']) => {
      const { topology, trend, utilization } = trendOf({ ...bursts, gray });
      const clean = trendOf({ ...bursts, gray: null }).trend.recent;
      const recent = trend.recent.map((frame, i) =>
        i < 32 - lossyFrames ? (clean[i] as typeof frame) : frame,
      );
      const { hinted } = compareEnds(topology, { ...trend, recent }, utilization);
      return [...trend.layout.channelIndex].filter(([, row]) => hinted[row] === 1);
    };
    const gray = { key: 'leaf2:s1', loss: 0.04 };
    expect(hintsOf(16, gray).map(([key]) => key)).toEqual(['leaf2:s1']);
    expect(hintsOf(0, gray)).toEqual([]);
  });

  it('says nothing before there is enough to compare', () => {
    const { topology, trend, utilization } = trendOf({ ...bursts, gray: null });
    const early = { ...trend, recent: trend.recent.slice(0, 12) };
    expect(compareEnds(topology, early, utilization).grayLoss.every(Number.isNaN)).toBe(true);
  });
});
