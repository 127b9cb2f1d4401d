import fc from 'fast-check';
import type { FrameLayout, TelemetryFrame } from '@weir/core/model';
import { deviceId } from '@weir/core/model';
import { unknownArrays } from './frame-arrays';
import { decodeFrame, encodeFrame } from './frame-codec';
import { FrameInbox } from './frame-inbox';

const layout = (revision: string): FrameLayout => ({
  revision,
  devices: [deviceId('a')],
  channels: [
    { device: 0, interface: 'e1', capacityBps: 1 },
    { device: 0, interface: 'e2', capacityBps: 1 },
  ],
  queues: [{ channel: 0, name: 'q' }],
  prefixes: [],
  channelIndex: new Map(),
  queueIndex: new Map(),
  prefixIndex: new Map(),
});

function sampleFrame(): TelemetryFrame {
  const arrays = unknownArrays(layout('r1'));
  arrays.channels.txBps[0] = 4e11;
  arrays.channels.operStatus.set([1, 0]);
  arrays.channels.ageMs[1] = 12;
  arrays.devices.synced[0] = 1;
  return {
    sequence: 7,
    atMs: 123.5,
    layout: layout('r1'),
    ...arrays,
    workloads: [
      {
        workload: 'w',
        class: 'training',
        metric: 'iteration-time',
        boundsMs: [1],
        counts: [2, 3],
        errors: 0,
        ageMs: 4,
      },
    ],
  };
}

describe('frame codec', () => {
  it('carries a frame with its unknowns', () => {
    const decoded = decodeFrame(encodeFrame(sampleFrame()), layout('r1'));
    if (!decoded.ok) throw new Error(decoded.error.reason);
    const frame = decoded.value;
    expect(frame.sequence).toBe(7);
    expect((frame.channels.txBps[0] as number) / 4e11).toBeCloseTo(1, 6);
    expect(frame.channels.txBps[1]).toBeNaN();
    expect([...frame.channels.operStatus]).toEqual([1, 0]);
    expect([...frame.channels.ageMs]).toEqual([Infinity, 12]);
    expect(frame.queues.depthBytes[0]).toBeNaN();
    expect(frame.workloads).toEqual(sampleFrame().workloads);
  });

  it('keeps who measured, and refuses a worker without a proper name', () => {
    const [sample] = sampleFrame().workloads;
    if (!sample) throw new Error('a sample');
    const own = { ...sample, metric: 'compute-time' as const, worker: 'h1-1' };
    const frame = { ...sampleFrame(), workloads: [own] };
    expect(decodeFrame(encodeFrame(frame), layout('r1'))).toMatchObject({
      value: { workloads: [own] },
    });
    const odd = { ...frame, workloads: [{ ...own, worker: 7 as unknown as string }] };
    expect(decodeFrame(encodeFrame(odd), layout('r1'))).toMatchObject({ ok: false });
  });

  it('refuses another topology revision by name', () => {
    const decoded = decodeFrame(encodeFrame(sampleFrame()), layout('r2'));
    expect(decoded).toMatchObject({ ok: false, error: { where: 'frame.revision' } });
  });

  it('refuses what cannot have been measured: negative columns, counts and bounds out of order', () => {
    const negative = sampleFrame();
    negative.channels.txBps[0] = -1;
    const bad = [negative];
    const [sample] = sampleFrame().workloads;
    if (!sample) throw new Error('a sample');
    for (const over of [{ counts: [-1, 3] }, { counts: [0.5, 3] }, { errors: -1 }, { ageMs: -1 }])
      bad.push({ ...sampleFrame(), workloads: [{ ...sample, ...over }] });
    const descending = { ...sample, boundsMs: [2, 1], counts: [1, 1, 1] };
    bad.push({ ...sampleFrame(), workloads: [descending] });
    for (const frame of bad)
      expect(decodeFrame(encodeFrame(frame), layout('r1'))).toMatchObject({ ok: false });
  });

  it('property: damaged frames are refused or read, never thrown at', () => {
    const whole = encodeFrame(sampleFrame());
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.nat(whole.length),
        (at, byte, length) => {
          const cut = whole.slice(0, length);
          if (length < whole.length) expect(decodeFrame(cut, layout('r1')).ok).toBe(false);
          const mutant = whole.slice();
          mutant[at] = byte;
          expect(() => decodeFrame(mutant, layout('r1'))).not.toThrow();
        },
      ),
    );
  });
});

describe('FrameInbox', () => {
  it('keeps the newest frame, all observations once, and ages on', () => {
    const clock = { nowMs: 100, monotonicMs: () => clock.nowMs, wallMs: () => 0 };
    const inbox = new FrameInbox(clock);
    expect(inbox.take()).toBeNull();
    inbox.accept(sampleFrame());
    clock.nowMs = 150;
    inbox.accept({ ...sampleFrame(), sequence: 8 });
    clock.nowMs = 160;
    const frame = inbox.take();
    expect(frame?.sequence).toBe(8);
    expect(frame?.channels.ageMs[1]).toBe(22);
    expect(frame?.workloads.map((sample) => sample.ageMs)).toEqual([64, 14]);
    clock.nowMs = 200;
    const again = inbox.take();
    expect(again?.channels.ageMs[1]).toBe(62);
    expect(again?.workloads).toEqual([]);
  });
});
