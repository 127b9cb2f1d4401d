import type { FrameLayout, TelemetryFrame } from '../../model';
import { foldStalls } from './stalls';

const layout = {
  queues: [{ channel: 0, name: 'be' }],
  channels: [{ device: 0, interface: 'eth1', capacityBps: 10e9 }],
} as unknown as FrameLayout;

interface Seen {
  readonly depth: number;
  readonly peak: number;
  readonly sentBps: number;
}

const frame = ({ depth, peak, sentBps }: Seen): TelemetryFrame =>
  ({
    layout,
    channels: { txBps: Float64Array.of(sentBps) },
    queues: { depthBytes: Float64Array.of(depth), peakDepthBytes: Float64Array.of(peak) },
  }) as unknown as TelemetryFrame;

const before = { layout, stalledMs: Float64Array.of(1_000) };

describe('foldStalls', () => {
  it.each<[string, number, Seen]>([
    ['a backlog on a port that sends a quarter', 1_500, { depth: 2e6, peak: 3e6, sentBps: 2.5e9 }],
    ['a backlog on a port that sends all it can', 0, { depth: 2e6, peak: 3e6, sentBps: 9.9e9 }],
    // A triangle of a burst: half of its peak on average for as long as it lasts.
    ['bursts that the rate explains', 0, { depth: 1e6, peak: 6e6, sentBps: 3e9 }],
    ['some frames', 0, { depth: 9e3, peak: 1e4, sentBps: 1e9 }],
    ['an empty queue', 0, { depth: 0, peak: 0, sentBps: 1e9 }],
    ['a rate that is unknown', 1_000, { depth: 2e6, peak: 3e6, sentBps: NaN }],
    ['a depth that is unknown', 1_000, { depth: NaN, peak: NaN, sentBps: 1e9 }],
  ])('of %s is %d ms', (_, expected, seen) => {
    expect([...foldStalls(before, frame(seen), 500)]).toEqual([expected]);
  });
});
