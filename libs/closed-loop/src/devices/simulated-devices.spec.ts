import { deviceWriterContract, type DeviceWriterHarness } from '@weir/conformance';
import { deviceId } from '@weir/core/model';
import type { Timers } from '@weir/core/ports';
import { nextHopPath } from '@weir/openconfig-switch';
import { defaultSettings, leafSpine, VirtualTime } from '@weir/sim';
import { ImageCodec } from './image-codec';
import { SimulatedDevices, type DataPlane } from './simulated-devices';

const spec = leafSpine({ leaves: 2, spines: 2, hostPortsPerLeaf: 1 });
const leaf1 = deviceId('leaf1');
const codec = new ImageCodec(spec);
const settings = defaultSettings(spec, 'leaf1', {});
const hop = (index: string): string => nextHopPath('10.2.1.0/24', index);
const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=none]';

function devices(timers: Timers, writeMs = 0, configure: DataPlane['configure'] = () => undefined) {
  const made = new SimulatedDevices(timers, writeMs, {
    violation: (device, image) => codec.violation(device, image, settings),
    configure,
  });
  made.images.set(leaf1, codec.imageOf('leaf1', settings));
  return made;
}

const realTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

deviceWriterContract('simulated switches', true, async (): Promise<DeviceWriterHarness> => {
  const writer = devices(realTimers);
  return {
    writer,
    device: leaf1,
    present: { path: `${hop('1')}/config/wecmp-weight`, value: '32', other: '7' },
    absent: [
      { path: `${hop('9')}/config/index`, value: '9' },
      { path: `${hop('9')}/config/next-hop`, value: '10.1.3.1' },
      { path: `${hop('9')}/config/wecmp-weight`, value: '5' },
      { path: `${hop('9')}/interface-ref/config/interface`, value: 'eth2' },
    ],
    // A key leaf that contradicts its key.
    refused: { path: `${PROFILE}/config/name`, before: null, after: 'another' },
    dispose: () => writer.close(),
  };
});

describe('simulated switches on the virtual clock', () => {
  const weight = { path: `${hop('1')}/config/wecmp-weight`, before: '32', after: '7' };
  const value = (writer: SimulatedDevices) => writer.images.get(leaf1)?.get(weight.path);
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  async function pass(time: VirtualTime, ms: number): Promise<void> {
    const untilMs = time.nowMs + ms;
    await turn();
    while (time.nextMs() <= untilMs) {
      time.nowMs = time.nextMs();
      time.runDue();
      await turn();
    }
    time.nowMs = untilMs;
  }

  it('a write takes its time, a read none', async () => {
    const time = new VirtualTime();
    const writer = devices(time, 20);
    expect(await writer.readImage(leaf1, 1_000)).toMatchObject({ ok: true });
    const answer = writer.set(leaf1, [weight], null, 1_000);
    await pass(time, 19);
    expect(value(writer)).toBe('32');
    await pass(time, 1);
    expect(await answer).toEqual({ kind: 'ok' });
    expect(value(writer)).toBe('7');
  });

  it('rolls back at the deadline unless it was confirmed, and tells the data plane', async () => {
    const time = new VirtualTime();
    const configured: (string | undefined)[] = [];
    const writer = devices(time, 0, (_, image) => {
      configured.push(image.get(weight.path) as string | undefined);
    });
    await writer.set(leaf1, [weight], { id: 'a', rollbackMs: 5_000 }, 1_000);
    await pass(time, 4_999);
    expect(value(writer)).toBe('7');
    await pass(time, 1);
    expect(value(writer)).toBe('32');
    await writer.set(leaf1, [weight], { id: 'b', rollbackMs: 5_000 }, 1_000);
    expect(await writer.confirm(leaf1, 'b', 1_000)).toEqual({ kind: 'ok' });
    await pass(time, 60_000);
    expect(value(writer)).toBe('7');
    expect(configured).toEqual(['7', '32', '7']);
  });

  it('loses what was not confirmed with its power, and does not answer without', async () => {
    const time = new VirtualTime();
    const writer = devices(time);
    await writer.set(leaf1, [weight], { id: 'a', rollbackMs: 60_000 }, 1_000);
    writer.setUp('leaf1', false);
    expect(value(writer)).toBe('32');
    const read = writer.readImage(leaf1, 1_000);
    await pass(time, 1_000);
    expect(await read).toMatchObject({ ok: false, error: { code: 'device-unreachable' } });
    writer.setUp('leaf1', true);
    expect(await writer.readImage(leaf1, 1_000)).toMatchObject({ ok: true });
  });

  it('fails as told', async () => {
    const time = new VirtualTime();
    const writer = devices(time);
    writer.setFault('leaf1', 'rejects');
    expect(await writer.set(leaf1, [weight], null, 1_000)).toMatchObject({ kind: 'refused' });
    writer.setFault('leaf1', 'unreachable');
    const answer = writer.set(leaf1, [weight], null, 1_000);
    await pass(time, 1_000);
    expect(await answer).toMatchObject({ kind: 'unknown' });
    writer.setFault('leaf1', 'none');
    expect(await writer.set(leaf1, [weight], null, 1_000)).toEqual({ kind: 'ok' });
  });

  it('refuses a next hop out of a port that is not there', async () => {
    const writer = devices(new VirtualTime());
    const port = `${hop('1')}/interface-ref/config/interface`;
    const answer = await writer.set(
      leaf1,
      [{ path: port, before: 'eth1', after: 'eth99' }],
      null,
      1_000,
    );
    expect(answer).toMatchObject({ kind: 'refused', message: expect.stringContaining('eth99') });
    expect(writer.images.get(leaf1)?.get(port)).toBe('eth1');
  });
});
