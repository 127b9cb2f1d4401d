import fc from 'fast-check';
import type { FrameLayout, Metric, Topology } from '@weir/core/model';
import { deviceId, endpointId } from '@weir/core/model';
import { ColumnStore } from './column-store';
import { buildLayout } from './layout';

const leaf = deviceId('leaf1');
const spine = deviceId('spine1');

function topology(): Topology {
  const device = (id: typeof leaf, ports: readonly string[]) => ({
    id,
    role: 'switch' as const,
    group: 'g',
    profile: 'openconfig',
    address: '127.0.0.1:1',
    interfaces: new Map(ports.map((name) => [name, { name, capacityBps: 100e9 }])),
    weightGridEntries: 64,
    sharedBufferBytes: 64e6,
    queueOfClass: new Map([
      ['real-time-inference', 'rt'],
      ['interactive', 'rt'],
      ['training', 'train'],
    ] as const),
  });
  return {
    name: 't',
    revision: 'r1',
    devices: new Map([
      [leaf, device(leaf, ['eth1', 'eth2', 'eth10'])],
      [spine, device(spine, ['eth1'])],
    ]),
    links: [
      {
        id: 'l',
        a: { device: leaf, interface: 'eth1' },
        b: { device: spine, interface: 'eth1' },
        capacityBps: 100e9,
      },
    ],
    endpoints: new Map([
      [
        endpointId('h1'),
        {
          id: endpointId('h1'),
          attachedTo: { device: leaf, interface: 'eth10' },
          prefix: '10.0.0.0/24',
          labels: {},
        },
      ],
    ]),
  };
}

class ManualClock {
  nowMs = 1000;
  monotonicMs = () => this.nowMs;
  wallMs = () => this.nowMs;
}

function setUp() {
  const clock = new ManualClock();
  const layout = buildLayout(topology());
  const store = new ColumnStore(layout, clock);
  const slot = (
    metric: Metric,
    over: { interface?: string; queue?: string; prefix?: string } = {},
  ) => store.resolve({ device: leaf, metric, interface: 'eth1', queue: 'rt', prefix: '', ...over });
  const write = (to: number, value: bigint, timeMs: number) => {
    clock.nowMs = timeMs;
    store.write(to, Number(value >> 32n), Number(value & 0xffffffffn), timeMs);
  };
  return { clock, layout, store, slot, write };
}

const row = (layout: FrameLayout, key: string) => layout.channelIndex.get(key) as number;

describe('buildLayout', () => {
  it('has a channel per interface, queues only on carrying ports, prefixes on every device', () => {
    const layout = buildLayout(topology());
    expect(layout.channels.map((channel) => channel.interface)).toEqual([
      'eth1',
      'eth2',
      'eth10',
      'eth1',
    ]);
    expect([...layout.queueIndex.keys()]).toEqual([
      'leaf1:eth1:rt',
      'leaf1:eth1:train',
      'leaf1:eth10:rt',
      'leaf1:eth10:train',
      'spine1:eth1:rt',
      'spine1:eth1:train',
    ]);
    expect([...layout.prefixIndex.keys()]).toEqual(['leaf1|10.0.0.0/24', 'spine1|10.0.0.0/24']);
  });
});

describe('ColumnStore', () => {
  it('adds up pauses of all priorities; what is not counted is unknown and not zero', () => {
    const { clock, layout, store, slot, write } = setUp();
    const count = (to: number, perSecond: bigint) => {
      write(to, 7n, 2000);
      write(to, 7n + perSecond, 3000);
    };
    const sizeBefore = store.size;
    count(slot('in-pause-frames', { queue: '' }), 5n);
    count(slot('in-pause-frames', { interface: 'eth2', queue: '' }), 0n);
    expect(store.size).toBe(sizeBefore);
    count(slot('in-pfc-frames', { queue: '3' }), 20n);
    count(slot('in-pfc-frames', { queue: '4' }), 100n);
    count(slot('out-pfc-frames', { interface: 'eth10', queue: '7' }), 9n);
    expect(slot('in-pfc-frames', { queue: '8' })).toBe(-1);
    store.session(leaf, 'synced', '');
    clock.nowMs = 3000;
    const { pauseRxPps, pauseTxPps } = store.frame().channels;
    const of = (name: string) => {
      const at = row(layout, `leaf1:${name}`);
      return [pauseRxPps[at], pauseTxPps[at]];
    };
    expect([of('eth1'), of('eth2'), of('eth10')]).toEqual([
      [125, NaN],
      [0, NaN],
      [NaN, 9],
    ]);
    store.session(leaf, 'down', 'gone');
    const { channels } = store.frame();
    expect([...channels.pauseRxPps, ...channels.pauseTxPps]).toEqual(Array(8).fill(NaN));
    store.session(leaf, 'synced', '');
    expect(store.frame().channels.pauseRxPps[row(layout, 'leaf1:eth1')]).toBeNaN();
  });

  it('forms rates from device time and 64-bit counters', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    const octets = slot('out-octets');
    const base = (1n << 32n) * 5n - 10n;
    write(octets, base, 10_000);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBeNaN();
    write(octets, base + 1_000_000n, 12_000);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBe(4_000_000);
  });

  it.each([
    ['decrease (reset or wrap)', 5n, 12_000],
    ['device clock far ahead', 9_000n, 10_000_000],
  ])('takes a %s as a new base without a rate', (_name, value, timeMs) => {
    const { store, slot, write, clock, layout } = setUp();
    store.session(leaf, 'synced', '');
    const octets = slot('out-octets');
    write(octets, 1000n, 10_000);
    write(octets, 2000n, 11_000);
    clock.nowMs = 12_000;
    store.write(octets, 0, Number(value), timeMs);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBeNaN();
    clock.nowMs = 13_000;
    store.write(octets, 0, Number(value) + 125, timeMs + 1000);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBe(1000);
  });

  it('follows a device clock that was set back once nothing newer came for staleMs', () => {
    const { store, slot, write, clock, layout } = setUp();
    store.session(leaf, 'synced', '');
    const octets = slot('out-octets');
    write(octets, 1000n, 3_600_000);
    for (let second = 1; second <= 13; second++) {
      clock.nowMs = 3_600_000 + second * 1000;
      store.write(octets, 0, 1000 + second * 125, second * 1000);
    }
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBe(1000);
  });

  it('forms no rate over a reboot and takes nothing from before it', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    const octets = slot('out-octets');
    write(octets, 1000n, 10_000);
    write(octets, 2000n, 11_000);
    store.rebooted(leaf, 15_000_000_000n);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBeNaN();
    store.write(octets, 0, 3000, 14_000);
    write(octets, 5000n, 16_000);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBeNaN();
    write(octets, 5125n, 17_000);
    expect(store.frame().channels.txBps[row(layout, 'leaf1:eth1')]).toBe(1000);
  });

  it('shows nothing of a device out of sync, and no rate over the gap between sessions', () => {
    const { store, slot, write, layout } = setUp();
    const octets = slot('out-octets');
    const at = row(layout, 'leaf1:eth1');
    write(octets, 0n, 10_000);
    write(octets, 1000n, 11_000);
    write(slot('oper-status'), 1n, 11_000);
    expect(store.frame().channels.txBps[at]).toBeNaN();
    store.session(leaf, 'synced', '');
    const frame = store.frame();
    expect([frame.channels.txBps[at], frame.channels.operStatus[at]]).toEqual([8000, 1]);
    expect([...frame.devices.synced]).toEqual([1, 0]);
    store.session(leaf, 'down', 'stream lost');
    expect(store.frame().channels.operStatus[at]).toBe(2);
    store.session(leaf, 'connecting', '');
    write(octets, 90_000n, 20_000);
    store.session(leaf, 'synced', '');
    expect(store.frame().channels.txBps[at]).toBeNaN();
  });

  it('derives loss and mark ratios from paired counters', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    const pairs: [Metric, bigint][] = [
      ['out-pkts', 900n],
      ['out-discards', 60n],
      ['out-errors', 36n],
      ['queue-transmit-pkts', 300n],
      ['queue-dropped-pkts', 100n],
      ['queue-ecn-marked-pkts', 30n],
    ];
    for (const [metric] of pairs) write(slot(metric), 0n, 1000);
    for (const [metric, value] of pairs) write(slot(metric), value, 2000);
    const frame = store.frame();
    expect(frame.channels.lossRatio[row(layout, 'leaf1:eth1')]).toBeCloseTo(96 / 960, 12);
    const queue = layout.queueIndex.get('leaf1:eth1:rt') as number;
    expect(frame.queues.lossRatio[queue]).toBeCloseTo(0.25, 12);
    expect(frame.queues.markRatio[queue]).toBeCloseTo(0.1, 12);
    expect(frame.queues.lossRatio[queue + 1]).toBeNaN();
  });

  it('estimates packets from octets where a target does not count packets', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    for (const metric of ['out-octets', 'out-discards'] as const) write(slot(metric), 0n, 1000);
    write(slot('out-octets'), 150_000n, 2000);
    write(slot('out-discards'), 100n, 2000);
    expect(store.frame().channels.lossRatio[row(layout, 'leaf1:eth1')]).toBeCloseTo(0.5, 12);
  });

  it('keeps gauges and deletes as they are: a deleted leaf is unknown, not zero', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    const queue = layout.queueIndex.get('leaf1:eth1:rt') as number;
    write(slot('queue-avg-len'), 4096n, 1000);
    expect(store.frame().queues.depthBytes[queue]).toBe(4096);
    store.invalidate(slot('queue-avg-len'));
    const frame = store.frame();
    expect(frame.queues.depthBytes[queue]).toBeNaN();
    expect(frame.queues.ageMs[queue]).toBe(Infinity);
  });

  it('lets values that are not refreshed become unknown, but not a status', () => {
    const { store, slot, write, clock, layout } = setUp();
    store.session(leaf, 'synced', '');
    write(slot('out-octets'), 0n, 1000);
    write(slot('out-octets'), 1000n, 2000);
    write(slot('oper-status'), 0n, 2000);
    for (clock.nowMs = 3000; clock.nowMs <= 20_000; clock.nowMs += 1000) store.frame();
    const frame = store.frame();
    const at = row(layout, 'leaf1:eth1');
    expect(frame.channels.txBps[at]).toBeNaN();
    expect(frame.channels.ageMs[at]).toBe(clock.nowMs - 2000);
    expect(frame.channels.operStatus[at]).toBe(0);
  });

  it('leaves the arrays of a frame alone while the next one is made', () => {
    const { store, slot, write, layout } = setUp();
    store.session(leaf, 'synced', '');
    write(slot('out-octets'), 0n, 1000);
    write(slot('out-octets'), 1000n, 2000);
    const first = store.frame();
    write(slot('out-octets'), 1001n, 3000);
    store.frame();
    expect(first.channels.txBps[row(layout, 'leaf1:eth1')]).toBe(8000);
  });

  it('adds up workload reports between frames, hands them over once, and is bounded', () => {
    const { clock, layout } = setUp();
    const store = new ColumnStore(layout, clock, { maxWorkloadSeries: 1 });
    const sample = {
      workload: 'chat',
      class: 'interactive' as const,
      metric: 'request-latency' as const,
      boundsMs: [10, 100],
      counts: [1, 2, 3],
      errors: 1,
    };
    store.observe(sample);
    clock.nowMs += 50;
    store.observe(sample);
    store.observe({ ...sample, workload: 'other' });
    store.observe({ ...sample, counts: [1] });
    expect(store.frame().workloads).toEqual([
      { ...sample, counts: [2, 4, 6], errors: 2, ageMs: 50 },
    ]);
    expect(store.frame().workloads).toEqual([]);
    expect(store.figures().workloadsRefused).toBe(2);
    expect(sample.counts).toEqual([1, 2, 3]);
  });

  it('keeps what workers of one job say apart', () => {
    const { clock, layout } = setUp();
    const store = new ColumnStore(layout, clock);
    const sample = {
      workload: 'llm',
      class: 'training' as const,
      metric: 'compute-time' as const,
      boundsMs: [10],
      counts: [1, 0],
      errors: 0,
    };
    for (const worker of ['h1-1', 'h1-2', 'h1-1']) store.observe({ ...sample, worker });
    const told = store.frame().workloads.map(({ worker, counts }) => [worker, counts[0]]);
    expect(told).toEqual([
      ['h1-1', 2],
      ['h1-2', 1],
    ]);
  });

  it('property: duplicates and late samples leave what the in-order ones gave', () => {
    const steps = fc.array(
      fc.record({ delta: fc.nat(1_000_000), gapMs: fc.integer({ min: 1, max: 5000 }) }),
      { minLength: 2, maxLength: 20 },
    );
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 30 }),
        (list, late) => {
          const plain = setUp();
          const noisy = setUp();
          for (const { store } of [plain, noisy]) store.session(leaf, 'synced', '');
          const octets = plain.slot('out-octets');
          let value = (1n << 32n) - 2_000_000n;
          let timeMs = 1000;
          const sent: [bigint, number][] = [];
          list.forEach((step, index) => {
            value += BigInt(step.delta);
            timeMs += step.gapMs;
            sent.push([value, timeMs]);
            plain.write(octets, value, timeMs);
            noisy.write(octets, value, timeMs);
            for (const [after, which] of late) {
              const again = sent[which];
              if (after !== index || again === undefined) continue;
              noisy.store.write(
                octets,
                Number(again[0] >> 32n),
                Number(again[0] & 0xffffffffn),
                again[1],
              );
            }
          });
          const at = row(plain.layout, 'leaf1:eth1');
          const rate = plain.store.frame().channels.txBps[at];
          const last = list[list.length - 1] as { delta: number; gapMs: number };
          expect(rate).toBeCloseTo((last.delta * 8000) / last.gapMs, 3);
          expect(noisy.store.frame().channels.txBps[at]).toBe(rate);
        },
      ),
    );
  });

  it('property: in any order, a rate is never outside the rates that really occurred', () => {
    const steps = fc.array(
      fc.record({ delta: fc.nat(1_000_000), gapMs: fc.integer({ min: 1, max: 5000 }) }),
      { minLength: 2, maxLength: 12 },
    );
    const shuffled = steps.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(
          list.map((_, i) => i),
          { minLength: list.length, maxLength: list.length },
        ),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([list, order]) => {
        const { store, slot, layout, clock } = setUp();
        store.session(leaf, 'synced', '');
        let value = 0;
        let timeMs = 1000;
        const samples = list.map(
          (step) => [(value += step.delta), (timeMs += step.gapMs)] as const,
        );
        const rates = list.slice(1).map((step) => (step.delta * 8000) / step.gapMs);
        clock.nowMs = timeMs;
        for (const index of order) {
          const [count, at] = samples[index] as readonly [number, number];
          store.write(slot('out-octets'), 0, count, at);
        }
        const rate = store.frame().channels.txBps[row(layout, 'leaf1:eth1')] as number;
        if (Number.isNaN(rate)) return;
        expect(rate).toBeGreaterThanOrEqual(Math.min(...rates) - 1e-6);
        expect(rate).toBeLessThanOrEqual(Math.max(...rates) + 1e-6);
      }),
    );
  });
});
