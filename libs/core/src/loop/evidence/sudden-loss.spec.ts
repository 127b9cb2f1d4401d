import fc from 'fast-check';
import { seededRandom } from '../../base';
import { deviceId, endpointId, type Device, type FrameLayout, type Topology } from '../../model';
import type { Trend } from '../observed';
import { suddenLosses } from './sudden-loss';

const CAPACITY = 50e6;
const LEAVES = ['l1', 'l2', 'l3'].map(deviceId);
const SPINES = ['s1', 's2'].map(deviceId);
const LINKS = LEAVES.flatMap((leaf) => SPINES.map((spine) => [leaf, spine] as const));
const CHANNELS = LINKS.flatMap(([a, b]) => [
  [a, b],
  [b, a],
]) as readonly (readonly [string, string])[];
const keyOf = (from: string, to: string): string => `${from}:${to}`;

const topology: Topology = {
  name: 'lab',
  revision: 'r',
  devices: new Map([...LEAVES, ...SPINES].map((id) => [id, { id } as Device])),
  links: LINKS.map(([a, b]) => ({
    id: `${a}-${b}`,
    a: { device: a, interface: b },
    b: { device: b, interface: a },
    capacityBps: CAPACITY,
  })),
  endpoints: new Map(
    LEAVES.map((leaf) => {
      const id = endpointId(`h-${leaf}`);
      const attachedTo = { device: leaf, interface: 'h' };
      return [id, { id, attachedTo, prefix: `10.${leaf.slice(1)}.0.0/24`, labels: {} }];
    }),
  ),
};
const layout = {
  channelIndex: new Map(CHANNELS.map(([from, to], row) => [keyOf(from, to), row])),
} as unknown as FrameLayout;

interface Traffic {
  readonly seed: number;
  /** Mean rates by channel, bps; the others are idle. */
  readonly rates: Readonly<Record<string, number>>;
  /** Change of the rate from one tenth of a second to the next, relative. */
  readonly unrest: number;
  /** The agents read at different times of the second, and not at the same time of each. */
  readonly skewMs: number;
  readonly jitterMs: number;
  readonly lossy: string;
  readonly loss: number;
  /** The loss began so many seconds ago. */
  readonly forS: number;
}

const SECONDS = 32;
const STEPS = 10;

/** Octets over time, in steps of a tenth of a second, of a flow whose rate wanders. */
function wander(random: ReturnType<typeof seededRandom>, bps: number, unrest: number): number[] {
  const total = [0];
  let factor = 1;
  for (let step = 0; step < (SECONDS + 3) * STEPS; step++) {
    factor = Math.min(1.6, Math.max(0.4, factor * (1 + unrest * (random.next() - 0.5) * 2)));
    total.push((total[step] as number) + (bps * factor) / 8 / STEPS);
  }
  return total;
}

/** Value of a running counter at a time, ms. */
function at(total: readonly number[], ms: number): number {
  const step = (ms / 1000) * STEPS;
  const low = Math.floor(step);
  const [a, b] = [total[low] as number, total[low + 1] as number];
  return a + (b - a) * (step - low);
}

function seenBy(traffic: Traffic): { trend: Pick<Trend, 'recent' | 'layout'>; used: Float64Array } {
  const random = seededRandom(traffic.seed);
  const offset = new Map([...LEAVES, ...SPINES].map((id) => [id, random.next() * traffic.skewMs]));
  const reads = new Map(
    [...offset].map(([id, ms]) => [
      id as string,
      Array.from(
        { length: SECONDS + 1 },
        (_, i) => 1000 + i * 1000 + ms + random.next() * traffic.jitterMs,
      ),
    ]),
  );
  const sent = CHANNELS.map(([a, b]) =>
    wander(random, traffic.rates[keyOf(a, b)] ?? 0, traffic.unrest),
  );
  const sinceStep = (SECONDS + 1 - traffic.forS) * STEPS;
  const received = sent.map((total, row) => {
    const [a = '', b = ''] = CHANNELS[row] ?? [];
    if (keyOf(a, b) !== traffic.lossy) return total;
    let arrived = 0;
    return total.map((value, step) => {
      const octets = value - (total[step - 1] ?? 0);
      // Whole frames are lost, a random number of them.
      const scatter = Math.sqrt((traffic.loss * 1514) / Math.max(octets, 1514)) * 3.4;
      const lost = traffic.loss + scatter * (random.next() - 0.5);
      return (arrived += octets * (1 - (step > sinceStep ? Math.max(0, lost) : 0)));
    });
  });
  const rate = (total: readonly number[], id: string, i: number): number => {
    const [from = 0, to = 1] = (reads.get(id) ?? []).slice(i);
    return ((at(total, to) - at(total, from)) * 8000) / (to - from);
  };
  const recent = Array.from({ length: SECONDS }, (_, i) => {
    const txBps = Float64Array.from(CHANNELS, ([a], row) => rate(sent[row] ?? [], a, i));
    const rxBps = new Float64Array(CHANNELS.length);
    CHANNELS.forEach(([a, b], row) => {
      rxBps[layout.channelIndex.get(keyOf(b, a)) ?? -1] = rate(received[row] ?? [], b, i);
    });
    return { atMs: (i + 1) * 1000, txBps, rxBps };
  });
  const used = Float64Array.from(
    CHANNELS,
    ([a, b]) => (traffic.rates[keyOf(a, b)] ?? 0) / CAPACITY,
  );
  return { trend: { recent, layout }, used };
}

const suspects = (traffic: Traffic): readonly string[] => {
  const { trend, used } = seenBy(traffic);
  return [...suddenLosses(topology, trend, used).keys()].map((row) => {
    const [a = '', b = ''] = CHANNELS[row] ?? [];
    return keyOf(a, b);
  });
};

/** Bulk and requests from l1 to l2 over both spines, with their acknowledgements. */
const LAB: Traffic = {
  seed: 1,
  rates: {
    [keyOf('l1', 's1')]: 12e6,
    [keyOf('s1', 'l2')]: 12e6,
    [keyOf('l1', 's2')]: 10e6,
    [keyOf('s2', 'l2')]: 10e6,
    [keyOf('l2', 's1')]: 0.5e6,
    [keyOf('s1', 'l1')]: 0.5e6,
  },
  unrest: 0.05,
  skewMs: 300,
  jitterMs: 20,
  lossy: keyOf('l1', 's1'),
  loss: 0,
  forS: 0,
};

/** Of so many fabrics, in how many the right link, and in how many another, is suspected. */
function tally(traffic: Partial<Traffic>, runs = 60): { right: number; wrong: number } {
  const found = Array.from({ length: runs }, (_, seed) => suspects({ ...LAB, ...traffic, seed }));
  return {
    right: found.filter((keys) => keys.includes(LAB.lossy)).length / runs,
    wrong: found.filter((keys) => keys.some((key) => key !== LAB.lossy)).length / runs,
  };
}

describe('suddenLosses', () => {
  it.each([
    [0.05, 8, 0.9],
    [0.03, 12, 0.9],
    [0.02, 16, 0.9],
  ])('finds a loss of %d in %i seconds at 50 Mb/s and one sample a second', (loss, forS, most) => {
    const { right, wrong } = tally({ loss, forS });
    expect(right).toBeGreaterThanOrEqual(most);
    expect(wrong).toBe(0);
  });

  it('waits for some samples of the loss, and for some per cent of it', () => {
    expect(tally({ loss: 0.05, forS: 1 })).toEqual({ right: 0, wrong: 0 });
    expect(tally({ loss: 0.002, forS: 30 })).toEqual({ right: 0, wrong: 0 });
  });

  it('does not judge a link by a trickle', () => {
    const rates = { ...LAB.rates, [LAB.lossy]: 1e6 };
    expect(tally({ rates, loss: 0.05, forS: 30 }, 10).right).toBe(0);
    const more = { ...LAB.rates, [LAB.lossy]: 1.1e6 };
    expect(tally({ rates: more, loss: 0.05, forS: 30 }, 10).right).toBeGreaterThan(0.8);
  });

  it('asks for six seconds, however many frames', () => {
    const { trend, used } = seenBy({ ...LAB, loss: 0.05, forS: 30, jitterMs: 0, unrest: 0 });
    const of = (frames: number, everyMs: number) =>
      suddenLosses(
        topology,
        {
          ...trend,
          recent: trend.recent.slice(-frames).map((frame, i) => ({ ...frame, atMs: i * everyMs })),
        },
        used,
      ).size;
    expect([of(5, 1000), of(6, 1000), of(11, 500), of(12, 500), of(5, 5000)]).toEqual([
      0, 1, 0, 1, 0,
    ]);
  });

  it('does not believe two links that begin to lose the same at once', () => {
    const { trend, used } = seenBy({ ...LAB, loss: 0.05, forS: 20 });
    expect(suddenLosses(topology, trend, used).size).toBe(1);
    const rowOf = (key: string): number => layout.channelIndex.get(key) ?? -1;
    const twin = keyOf('l3', 's2');
    used[rowOf(twin)] = used[rowOf(LAB.lossy)] as number;
    for (const { txBps, rxBps } of trend.recent) {
      txBps[rowOf(twin)] = txBps[rowOf(LAB.lossy)] as number;
      rxBps[rowOf(keyOf('s2', 'l3'))] = rxBps[rowOf(keyOf('s1', 'l1'))] as number;
    }
    expect(suddenLosses(topology, trend, used).size).toBe(0);
  });

  it('suspects nobody where nothing is lost, however restless the traffic', () => {
    const traffic = fc.record({
      seed: fc.integer(),
      unrest: fc.double({ min: 0, max: 0.4, noNaN: true }),
      skewMs: fc.integer({ min: 0, max: 900 }),
      jitterMs: fc.integer({ min: 0, max: 90 }),
    });
    fc.assert(
      fc.property(traffic, (item) => {
        expect(suspects({ ...LAB, ...item })).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('clears a link that two links beside it resemble', () => {
    const all = Object.fromEntries(CHANNELS.map(([a, b]) => [keyOf(a, b), 10e6]));
    const { trend, used } = seenBy({ ...LAB, rates: all, loss: 0, unrest: 0 });
    const shrunk = trend.recent.map((frame) => ({
      ...frame,
      rxBps: frame.rxBps.map((bps) => bps * 0.95),
    }));
    expect(suddenLosses(topology, { ...trend, recent: shrunk }, used).size).toBe(0);
    const one = trend.recent.map((frame) => ({
      ...frame,
      rxBps: frame.rxBps.map((bps, row) =>
        row === layout.channelIndex.get(keyOf('s1', 'l1')) ? bps * 0.95 : bps,
      ),
    }));
    expect([...suddenLosses(topology, { ...trend, recent: one }, used)]).toEqual([
      [
        layout.channelIndex.get(keyOf('l1', 's1')),
        { mean: expect.closeTo(0.05, 3) as number, floor: expect.any(Number) as number },
      ],
    ]);
  });
});
