import fc from 'fast-check';
import { incastOnset, type Onset } from './incast';

const onset = (over: Partial<Onset> = {}): Onset => ({
  connections: 64,
  windowBytes: 15_000,
  arrivalBps: 100e9,
  serviceBps: 25e9,
  roomBytes: 1e6,
  lossless: false,
  ...over,
});

/** The same packet by packet: interleaved windows into a queue that drains meanwhile. */
function packetByPacket({ connections, windowBytes, arrivalBps, serviceBps, roomBytes }: Onset) {
  const perWindow = windowBytes / 1500;
  const total = connections * perWindow;
  const spacing = 1500 / arrivalBps;
  let depth = 0;
  let lost = 0;
  let peak = 0;
  for (let packet = 0; packet < total; packet++) {
    depth = Math.max(0, depth - serviceBps * spacing);
    if (depth + 1500 > roomBytes) lost += 1;
    else depth += 1500;
    peak = Math.max(peak, depth);
  }
  return { lostRatio: lost / total, peakBytes: peak };
}

describe('first windows that come together', () => {
  it.each([
    ['fit', 2e6],
    ['overflow', 2e5],
    ['overflow by far', 2e4],
  ])('agrees with a simulation of packets where they %s', (_, roomBytes) => {
    const fluid = incastOnset(onset({ roomBytes }));
    const packets = packetByPacket(onset({ roomBytes }));
    expect(fluid.lostRatio).toBeCloseTo(packets.lostRatio, 1);
    expect(fluid.peakBytes / packets.peakBytes).toBeCloseTo(1, 0);
  });

  it('wait for a time-out when one of their last packets is lost', () => {
    // The queue is full at the end, where three quarters of all packets are lost.
    expect(incastOnset(onset({ roomBytes: 2e5 })).timeoutRatio).toBeCloseTo(1 - 0.25 ** 3, 6);
    expect(incastOnset(onset({ roomBytes: 2e6 })).timeoutRatio).toBe(0);
  });

  it('cost nothing where they come no faster than they leave, or where the queue pauses', () => {
    expect(incastOnset(onset({ arrivalBps: 25e9 })).peakBytes).toBe(0);
    const paused = incastOnset(onset({ roomBytes: 2e5, lossless: true }));
    expect(paused).toEqual({ lostRatio: 0, timeoutRatio: 0, peakBytes: 2e5 });
  });

  it('never lose less with more connections or less room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 1e4, max: 4e6, noNaN: true }),
        (connections, roomBytes) => {
          const here = incastOnset(onset({ connections, roomBytes }));
          const more = incastOnset(onset({ connections: connections + 10, roomBytes }));
          const less = incastOnset(onset({ connections, roomBytes: roomBytes / 2 }));
          expect(more.lostRatio).toBeGreaterThanOrEqual(here.lostRatio);
          expect(less.lostRatio).toBeGreaterThanOrEqual(here.lostRatio);
          expect(here.timeoutRatio).toBeGreaterThanOrEqual(0);
          expect(here.timeoutRatio).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
