import fc from 'fast-check';
import { deviceId, type FrameLayout, type TelemetryFrame, type Topology } from '../../model';
import { channelKey } from '../../model';
import type { Trend } from '../observed';
import { crossCheck, latestRates } from './cross-check';

const CAPACITY_BPS = 100e9;
const LEAVES = ['l1', 'l2', 'l3'];
const SPINES = ['s1', 's2'];
const FRESHNESS = { staleMs: 3_000, maxUnknownRatio: 0.25, maxDisagreementRatio: 0.1 };

/** Ports are named after the neighbour; each leaf has one host port `h`. */
function topologyOf(): Topology {
  const device = (id: string, names: readonly string[]) => [
    deviceId(id),
    { interfaces: new Map(names.map((name) => [name, { name, capacityBps: CAPACITY_BPS }])) },
  ];
  const devices = new Map([
    ...LEAVES.map((leaf) => device(leaf, [...SPINES, 'h'])),
    ...SPINES.map((spine) => device(spine, LEAVES)),
  ] as never) as Topology['devices'];
  const links = LEAVES.flatMap((leaf) =>
    SPINES.map((spine) => ({
      id: `${leaf}-${spine}`,
      a: { device: deviceId(leaf), interface: spine },
      b: { device: deviceId(spine), interface: leaf },
      capacityBps: CAPACITY_BPS,
    })),
  );
  return { name: 't', revision: 'r', devices, links, endpoints: new Map() };
}

const topology = topologyOf();
const ids = [...topology.devices.keys()];
const ports = [...topology.devices].flatMap(([device, { interfaces }]) =>
  [...interfaces.keys()].map((name) => ({ device, interface: name })),
);
const keys = ports.map(channelKey);
const rowOf = (key: string): number => keys.indexOf(key);
const layout: FrameLayout = {
  revision: 'r',
  devices: ids,
  channels: ports.map((port) => ({
    device: ids.indexOf(port.device),
    interface: port.interface,
    capacityBps: CAPACITY_BPS,
  })),
  queues: [],
  prefixes: [],
  channelIndex: new Map(keys.map((key, i) => [key, i])),
  queueIndex: new Map(),
  prefixIndex: new Map(),
};

interface Sample {
  readonly txBps: Float64Array;
  readonly rxBps: Float64Array;
}

/** Rate of each pair of leaves over each spine, bps. */
type Rates = (from: string, to: string, via: string) => number;

/** What true switches count: in is out everywhere. `gray`: share that a channel loses. */
function counted(rates: Rates, gray: Readonly<Record<string, number>> = {}): Sample {
  const txBps = new Float64Array(keys.length);
  const rxBps = new Float64Array(keys.length);
  const add = (array: Float64Array, key: string, bps: number): void => {
    const row = rowOf(key);
    array[row] = (array[row] ?? 0) + bps;
  };
  for (const from of LEAVES)
    for (const to of LEAVES)
      for (const via of SPINES) {
        if (from === to) continue;
        const sent = rates(from, to, via);
        const arrived = sent * (1 - (gray[`${from}:${via}`] ?? 0));
        const delivered = arrived * (1 - (gray[`${via}:${to}`] ?? 0));
        add(rxBps, `${from}:h`, sent);
        add(txBps, `${from}:${via}`, sent);
        add(rxBps, `${via}:${from}`, arrived);
        add(txBps, `${via}:${to}`, arrived);
        add(rxBps, `${to}:${via}`, delivered);
        add(txBps, `${to}:h`, delivered);
      }
  return { txBps, rxBps };
}

function found(samples: readonly Sample[], down: readonly string[] = [], before: never[] = []) {
  const operStatus = Uint8Array.from(keys, (key) => (down.includes(key) ? 0 : 1));
  const frame = { channels: { operStatus } } as unknown as TelemetryFrame;
  const trend = { layout, recent: samples } as unknown as Trend;
  return crossCheck(topology, FRESHNESS, frame, trend, before);
}

const steady = (samples: number, make: () => Sample): Sample[] =>
  Array.from({ length: samples }, make);
const EVEN: Rates = () => 5e9;

/** The same, with what one device says multiplied. */
function scaled({ txBps, rxBps }: Sample, device: string, tx: number, rx: number): Sample {
  const own = (i: number): boolean => keys[i]?.startsWith(`${device}:`) === true;
  return {
    txBps: txBps.map((bps, i) => (own(i) ? bps * tx : bps)),
    rxBps: rxBps.map((bps, i) => (own(i) ? bps * rx : bps)),
  };
}

describe('counters that cannot all be true', () => {
  it.each([
    ['ten times as much, both ways', 10, 10],
    ['half as much, both ways', 0.5, 0.5],
    ['more sent than there was', 1.5, 1],
    ['less sent than there was', 0.6, 1],
    ['nothing: frozen counters', 0, 0],
    ['less received than was sent', 1, 0.5],
  ])('a switch that counts %s is named', (_, tx, rx) => {
    for (const device of ['l2', 's1']) {
      const samples = steady(8, () => scaled(counted(EVEN), device, tx, rx));
      expect(found(samples).map(({ devices }) => devices)).toContainEqual([device]);
    }
  });

  it('a lie on a single port is told from a loss by the balance of the switch', () => {
    const lie = steady(8, () => {
      const { txBps, rxBps } = counted(EVEN);
      txBps[rowOf('l1:s1')] = 3 * (txBps[rowOf('l1:s1')] ?? 0);
      return { txBps, rxBps };
    });
    expect(found(lie)).toHaveLength(1);
    expect(found(lie)[0]?.evidence).toContain('l1:s1 sent 30.00 Gb/s and s1 received 10.00 Gb/s');
  });

  it('a rate above the line rate is one, even on a host port', () => {
    const samples = steady(8, () => {
      const sample = counted(EVEN);
      sample.rxBps[rowOf('l1:h')] = 2 * CAPACITY_BPS;
      return sample;
    });
    expect(found(samples)[0]?.devices).toEqual(['l1']);
  });

  it('a port that is said to be down and carries traffic is one, and one that is down is not', () => {
    expect(
      found(
        steady(8, () => counted(EVEN)),
        ['l1:s1'],
      )[0]?.devices,
    ).toEqual(['l1']);
    const dead: Rates = (from, to, via) =>
      via === 's1' && (from === 'l1' || to === 'l1') ? 0 : 5e9;
    expect(
      found(
        steady(8, () => counted(dead)),
        ['l1:s1', 's1:l1'],
      ),
    ).toEqual([]);
    expect(
      found(
        steady(8, () => counted(dead)),
        ['l1:s1'],
      ),
    ).toEqual([]);
  });

  it('stands until enough is known to clear it', () => {
    const lie = steady(8, () => scaled(counted(EVEN), 'l2', 3, 3));
    const before = found(lie);
    expect(found(lie.slice(0, 3), [], before as never)).toEqual(before);
    expect(
      found(
        steady(8, () => counted(EVEN)),
        [],
        before as never,
      ),
    ).toEqual([]);
  });
});

describe('the window of rates', () => {
  it('goes on where averages begin anew, takes each frame once and stays short', () => {
    const frames = steady(12, () => counted(EVEN)).map((sample, i) => ({
      ...sample,
      atMs: 1000 * i,
    }));
    let rates: ReturnType<typeof latestRates> | null = null;
    for (const frame of frames)
      for (let seen = 0; seen < 2; seen++) rates = latestRates(rates, { layout, recent: [frame] });
    expect(rates?.recent).toEqual(frames.slice(-8));
    const other = { ...layout, revision: 'r2' };
    expect(latestRates(rates, { layout: other, recent: frames.slice(0, 1) }).recent).toHaveLength(
      1,
    );
  });
});

describe('no contradiction', () => {
  it.each([0.02, 0.15, 0.4])('is a link that loses %d of what is sent on it', (loss) => {
    for (const channel of ['l1:s1', 's2:l3'])
      expect(found(steady(8, () => counted(EVEN, { [channel]: loss })))).toEqual([]);
  });

  it('is anything that true switches count of bursts, sampled up to a second apart', () => {
    const moment = fc.record({
      level: fc.double({ min: 0, max: 12e9, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const skews = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 10, maxLength: 10 }), skews, (story, skew) => {
        const truth = story.map(({ level, share }) =>
          counted((_, __, via) => level * (via === 's1' ? share : 1 - share)),
        );
        // Each device tells what it counted up to two frames ago.
        const samples = truth.slice(2).map((_, i) => {
          const told = (pick: (sample: Sample) => Float64Array) =>
            Float64Array.from(ports, ({ device }, row) => {
              const late = skew[ids.indexOf(device)] ?? 0;
              return pick(truth[i + 2 - late] as Sample)[row] ?? NaN;
            });
          return { txBps: told((s) => s.txBps), rxBps: told((s) => s.rxBps) };
        });
        expect(found(samples)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is too little telemetry, or one that is unknown', () => {
    expect(found(steady(5, () => scaled(counted(EVEN), 'l2', 3, 3)))).toEqual([]);
    expect(found(steady(8, () => scaled(counted(EVEN), 'l2', NaN, NaN)))).toEqual([]);
  });
});
