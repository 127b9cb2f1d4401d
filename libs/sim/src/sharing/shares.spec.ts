import { maxMin, Sharing, type Scheduling, type SharedStream } from './index';

const CHANNELS = 8;
const ONE: Scheduling[] = [{ strict: false, weight: 1 }];
const STRICT: Scheduling[] = [
  { strict: true, weight: 1 },
  { strict: true, weight: 1 },
  { strict: false, weight: 1 },
];
const WEIGHTED: Scheduling[] = [
  { strict: true, weight: 1 },
  { strict: false, weight: 1 },
  { strict: false, weight: 3 },
  { strict: false, weight: 6 },
];

const stream = (
  channels: readonly number[],
  demandBps = Infinity,
  queue = 0,
  connections: readonly number[] = channels.map(() => 1),
): SharedStream => ({
  queue,
  channels: Int32Array.from(channels),
  connections: Float64Array.from(connections),
  demandBps,
});

describe('shares', () => {
  const rates = (queues: Scheduling[], ...all: SharedStream[]): number[] =>
    [...maxMin(new Float64Array(CHANNELS).fill(100), all, queues).rateBps].map(
      (rate) => Math.round(rate * 1e6) / 1e6,
    );

  test('go by weight between queues, whatever the number of connections in each', () => {
    const full = [0, 1, 2, 3].map((queue) => stream([0], Infinity, queue, [queue + 1]));
    expect(rates(WEIGHTED, ...full.slice(1))).toEqual([5, 10, 15]);
    expect(rates(WEIGHTED, ...full.slice(1, 3))).toEqual([12.5, 25]);
  });

  test('that a queue has no use for go to the others, also when another channel holds it back', () => {
    // The third queue has 30 of channel 0 and shares channel 1 with nine of its own kind.
    const held = stream([0, 1], Infinity, 3);
    const nine = stream([1], Infinity, 3, [9]);
    const many = stream([0], Infinity, 1, [10]);
    expect(rates(WEIGHTED, held, nine, many)).toEqual([10, 10, 9]);
    expect(rates(WEIGHTED, stream([0], 7, 2), many)).toEqual([7, 9.3]);
  });

  test('are found where three channels answer each other with more than they were told', () => {
    const sharing = new Sharing(Float64Array.from([64, 100, 52]), WEIGHTED);
    sharing.setScheduling(1, 3, { strict: false, weight: 1 });
    const ids = [
      stream([0, 1], Infinity, 1, [1, 2]),
      stream([1, 2], Infinity, 3, [4, 3]),
      stream([0, 2], 14, 3, [3, 1]),
    ].map((each) => sharing.add(each));
    sharing.solve();
    const found = ids.map((id) => sharing.rateBps(id));
    [266 / 11, 142 / 11, 146 / 11].forEach((rate, i) => expect(found[i]).toBeCloseTo(rate, 6));
    expect(sharing.negotiations().cut).toBe(0);
  });

  test('of strict queues come first, in order; lower ones get what is left, or nothing', () => {
    const [first, second, third] = [0, 1, 2].map((queue) => stream([0], 60, queue));
    expect(rates(STRICT, third!, second!, first!)).toEqual([0, 40, 60]);
    expect(rates(STRICT, stream([0], Infinity, 0), second!)).toEqual([100, 0]);
  });

  test('of a collective are set by its slowest channel', () => {
    const ring = stream([0, 1, 2, 3], Infinity, 0, [1, 1, 1, 4]);
    expect(rates(ONE, ring, stream([0]))).toEqual([25, 75]);
  });

  test('have the earliest of several equal bottlenecks', () => {
    const both = (upstream: number[]): number => {
      const sharing = new Sharing(new Float64Array(2).fill(100), ONE, Int32Array.from(upstream));
      const id = sharing.add(stream([0, 1]));
      sharing.solve();
      return sharing.bottleneck(id);
    };
    expect([both([0, 1]), both([1, 0])]).toEqual([0, 1]);
  });

  test('are nothing across a channel that is down, and a cap holds for each connection', () => {
    const sharing = new Sharing(new Float64Array(2).fill(100), ONE);
    const ids = [stream([0, 1]), stream([1], Infinity, 0, [2])].map((each) => sharing.add(each));
    sharing.setCapacity(0, 0);
    sharing.setCap(1, 0, 30);
    sharing.solve();
    expect(ids.map((id) => [sharing.rateBps(id), sharing.bottleneck(id)])).toEqual([
      [0, 0],
      [30, 1],
    ]);
    sharing.setCapacity(0, 100);
    sharing.setCap(1, 0, Infinity);
    sharing.solve();
    expect(ids.map((id) => Math.round(sharing.rateBps(id)))).toEqual([33, 33]);
  });
});
