import fc from 'fast-check';
import type { QueueSetting } from '../network/settings';
import { evaluateSwitch } from './evaluate-switch';
import type { QueueArrivals, QueueState } from './queue-state';

const SHARED_BYTES = 16e6;

const arrivals = (over: Partial<QueueArrivals> = {}): QueueArrivals => ({
  channel: 0,
  queue: 0,
  serviceBps: 25e9,
  steadyBps: 0,
  openBps: 0,
  bursts: [],
  crowds: [],
  feedersBps: 100e9,
  ...over,
});

const setting = (over: Partial<QueueSetting> = {}): QueueSetting => ({
  dedicatedBytes: 0,
  limit: { kind: 'dynamic', scalingFactor: 0 },
  ecn: null,
  ...over,
});

const crowd = (control: 'cubic' | 'dctcp', connections = 8) => ({
  control,
  connections,
  rateBps: 25e9,
  baseRttMs: 0.08,
});

const one = (queue: QueueArrivals, own = setting()): QueueState => {
  const [state] = evaluateSwitch(SHARED_BYTES, [queue], [own]);
  if (state === undefined) throw new Error('one queue has one state');
  return state;
};

const ECN = { minThresholdBytes: 1e5, maxThresholdBytes: 4e5, maxProbability: 1 };

describe('the queues of a switch', () => {
  it('are nearly empty where the load is light', () => {
    const state = one(arrivals({ steadyBps: 5e9 }));
    expect(state.depthBytes).toBeLessThan(1000);
    expect([state.dropRatio, state.markRatio, state.full]).toEqual([0, 0, false]);
  });

  it('lose of open traffic what the link cannot carry', () => {
    const state = one(arrivals({ steadyBps: 40e9, openBps: 40e9 }));
    expect(state.dropRatio).toBeCloseTo(15 / 40, 9);
    expect(state.depthBytes).toBeCloseTo(SHARED_BYTES / 2, 0);
  });

  it('are filled by loss-based senders even where marking is on', () => {
    expect(one(arrivals({ crowds: [crowd('cubic')] }), setting({ ecn: ECN })).full).toBe(true);
    expect(one(arrivals({ crowds: [crowd('dctcp')] }), setting({ ecn: ECN })).full).toBe(false);
  });

  it('take the buffer from each other', () => {
    const full = arrivals({ crowds: [crowd('cubic')] });
    const alone = one(full).limitBytes;
    const [beside] = evaluateSwitch(SHARED_BYTES, [full, full], [setting(), setting()]);
    expect(beside?.limitBytes).toBeCloseTo((alone * 2) / 3, 0);
  });

  it('drop bursts where others took the room, and hold them where marks keep it free', () => {
    const burst = { onBps: 60e9, onMs: 0.5, periodMs: 10 };
    const bursty = arrivals({ queue: 1, bursts: [burst] });
    const hungry = arrivals({ crowds: [crowd('dctcp', 64)] });
    const limit = { kind: 'dynamic', scalingFactor: 3 } as const;
    const [, without] = evaluateSwitch(
      SHARED_BYTES,
      [hungry, bursty],
      [setting({ limit }), setting()],
    );
    const [, marked] = evaluateSwitch(
      SHARED_BYTES,
      [hungry, bursty],
      [setting({ limit, ecn: ECN }), setting()],
    );
    expect(without?.dropRatio).toBeGreaterThan(0.2);
    expect(marked?.dropRatio).toBe(0);
  });

  it('pause the feeders of a lossless queue for what it cannot take', () => {
    const state = one(arrivals({ crowds: [crowd('cubic')] }), setting({ lossless: true }));
    expect(state.dropRatio).toBe(0);
    expect(state.pauseRatio).toBeCloseTo(1 - 25 / 100, 9);
    expect(state.depthBytes).toBeCloseTo(SHARED_BYTES / 2, 0);
  });

  it('never hold more than the buffer, and never more than their limit', () => {
    const queue = fc.record({
      steadyBps: fc.double({ min: 0, max: 40e9, noNaN: true }),
      open: fc.boolean(),
      crowd: fc.constantFrom<('cubic' | 'dctcp')[]>([], ['cubic'], ['dctcp'], ['cubic', 'dctcp']),
      scalingFactor: fc.integer({ min: -6, max: 4 }),
      ecn: fc.boolean(),
      lossless: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(queue, { minLength: 1, maxLength: 12 }), (queues) => {
        const states = evaluateSwitch(
          SHARED_BYTES,
          queues.map(({ steadyBps, open, crowd: controls }) =>
            arrivals({
              steadyBps,
              openBps: open ? steadyBps : 0,
              crowds: controls.map((control) => crowd(control)),
            }),
          ),
          queues.map(({ scalingFactor, ecn, lossless }) =>
            setting({ limit: { kind: 'dynamic', scalingFactor }, ecn: ecn ? ECN : null, lossless }),
          ),
        );
        let held = 0;
        states.forEach((state, i) => {
          held += state.depthBytes;
          expect(state.peakBytes).toBeLessThanOrEqual(state.limitBytes * (1 + 1e-9));
          expect(state.depthBytes).toBeLessThanOrEqual(state.peakBytes * (1 + 1e-9));
          for (const ratio of [state.dropRatio, state.markRatio, state.pauseRatio]) {
            expect(ratio).toBeGreaterThanOrEqual(0);
            expect(ratio).toBeLessThanOrEqual(1);
          }
          if (queues[i]?.lossless === true) expect(state.dropRatio).toBe(0);
        });
        expect(held).toBeLessThanOrEqual(SHARED_BYTES * (1 + 1e-9));
      }),
    );
  });
});
