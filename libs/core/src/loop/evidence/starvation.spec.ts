import fc from 'fast-check';
import { starvationOf, type PortQueue } from './starvation';

const LINE = 50e6;
const byWeight = (weight: number, totalWeight = 100) => ({ strict: false, weight, totalWeight });
const STRICT = { strict: true, weight: 0, totalWeight: 100 };
const queue = (name: string, share: number, scheduling: PortQueue['scheduling']): PortQueue => ({
  name,
  sentBps: share * LINE,
  scheduling,
});
const own = (share: number, weight = 10): PortQueue => queue('rt', share, byWeight(weight));
const bulk = (share: number, weight = 90): PortQueue => queue('bulk', share, byWeight(weight));
const scoreOf = (...args: Parameters<typeof starvationOf>): number =>
  starvationOf(...args)?.score ?? 0;

describe('starvationOf', () => {
  it('finds a queue that waits at its weight while another has the rest of a full port', () => {
    expect(starvationOf(own(0.1), [bulk(0.88)], LINE, 1)).toEqual({
      score: 1,
      shareRatio: 0.1,
      fairRatio: 0.1,
      guaranteedRatio: 0.1,
      weight: 10,
      totalWeight: 100,
      sentBps: 5e6,
      rival: 'bulk',
      rivalShareRatio: 0.88,
    });
  });

  it.each<[string, number]>([
    ['bursts, whose mean is below the part', scoreOf(own(0.07), [bulk(0.9)], LINE, 1)],
    [
      'idle queues beside it, whose parts are shared by weight',
      scoreOf(own(0.2), [bulk(0.78, 40), queue('idle', 0, byWeight(50))], LINE, 1),
    ],
    [
      'a strict queue before it that takes half of the port',
      scoreOf(own(0.05), [queue('voice', 0.5, STRICT), bulk(0.45)], LINE, 1),
    ],
  ])('sees through %s', (_, score) => {
    expect(score).toBeCloseTo(1, 6);
  });

  it.each<[string, number]>([
    ['nothing waits', scoreOf(own(0.1), [bulk(0.88)], LINE, 0)],
    ['the trouble is unknown', scoreOf(own(0.1), [bulk(0.88)], LINE, NaN)],
    ['the port has room', scoreOf(own(0.1), [bulk(0.5)], LINE, 1)],
    ['it takes what others leave already', scoreOf(own(0.4), [bulk(0.5)], LINE, 1)],
    ['it hardly sends', scoreOf(own(0.02), [bulk(0.95)], LINE, 1)],
    ['it has most of the port', scoreOf(own(0.92, 92), [bulk(0.08, 8)], LINE, 1)],
    ['it is alone', scoreOf(own(0.98), [], LINE, 1)],
    ['others are nearly idle', scoreOf(own(0.98), [bulk(0.01)], LINE, 1)],
    ['only a strict queue is before it', scoreOf(own(0.1), [queue('x', 0.9, STRICT)], LINE, 1)],
    ['it is strict itself', scoreOf(queue('rt', 0.1, STRICT), [bulk(0.88)], LINE, 1)],
    ['the device does not say', scoreOf(queue('rt', 0.1, null), [bulk(0.88)], LINE, 1)],
    ['its rate is unknown', scoreOf(own(NaN), [bulk(0.88)], LINE, 1)],
  ])('is none where %s', (_, score) => {
    expect(score).toBe(0);
  });

  it('names the rival that sends most, and says half of a half', () => {
    const others = [bulk(0.3, 30), queue('storage', 0.6, byWeight(60))];
    expect(starvationOf(own(0.1), others, LINE, 1)?.rival).toBe('storage');
    expect(scoreOf(own(0.1), [bulk(0.88)], LINE, 0.5)).toBeCloseTo(0.5, 6);
  });

  it('does not mind that a tiny share is exceeded by what shaping lets through', () => {
    expect(scoreOf(own(0.045, 1), [bulk(0.94, 40)], LINE, 1)).toBeCloseTo(1, 6);
  });

  it('never calls a queue starved to which the others leave a third of their part', () => {
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    const weight = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(share, share, weight, weight, (mine, theirs, a, b) => {
        const found = starvationOf(own(mine, a), [bulk(theirs, b)], LINE, 1);
        if (found === null) return;
        expect(found.score).toBeGreaterThan(0);
        expect(found.score).toBeLessThanOrEqual(1);
        expect(found.rivalShareRatio).toBeGreaterThan(0.7 * (1 - found.fairRatio));
        expect(found.rivalShareRatio + found.shareRatio).toBeGreaterThan(0.7);
      }),
    );
  });
});
