import { deviceId, type DeviceId, type Topology } from '@weir/core/model';
import type { DeviceWriter } from '@weir/core/ports';
import { WriterByDevice } from './writers';

const [LEAF, ROUTER, STRANGER] = ['leaf1', 'router1', 'nobody'].map(deviceId) as [
  DeviceId,
  DeviceId,
  DeviceId,
];
const topology = {
  devices: new Map([
    [LEAF, { id: LEAF }],
    [ROUTER, { id: ROUTER, bgp: { address: '127.0.0.1:50051' } }],
  ]),
} as unknown as Topology;

function noting(name: string, calls: string[]): DeviceWriter {
  const note = (verb: string) => (device: DeviceId) => {
    calls.push(`${name} ${verb} ${device}`);
    return Promise.resolve({ kind: 'ok' } as never);
  };
  return {
    readImage: note('readImage'),
    readLeaves: note('readLeaves'),
    probeCommitConfirmed: note('probe'),
    set: note('set'),
    confirm: note('confirm'),
    cancel: note('cancel'),
    close: () => {
      calls.push(`${name} close`);
      return Promise.resolve();
    },
  };
}

describe('the writer of a device', () => {
  it('is the speaker where the topology names one, gNMI everywhere else, for every verb', async () => {
    const calls: string[] = [];
    const writers = { gnmi: noting('gnmi', calls), bgp: noting('bgp', calls) };
    const writer = new WriterByDevice(topology, writers);
    for (const device of [LEAF, ROUTER, STRANGER]) {
      await writer.readImage(device, 1);
      await writer.readLeaves(device, [], 1);
      await writer.probeCommitConfirmed(device, 1);
      await writer.set(device, [], null, 1);
      await writer.confirm(device, 'c', 1);
      await writer.cancel(device, 'c', 1);
    }
    await writer.close();
    const verbs = ['readImage', 'readLeaves', 'probe', 'set', 'confirm', 'cancel'];
    expect(calls).toEqual([
      ...verbs.map((verb) => `gnmi ${verb} leaf1`),
      ...verbs.map((verb) => `bgp ${verb} router1`),
      ...verbs.map((verb) => `gnmi ${verb} nobody`),
      'gnmi close',
      'bgp close',
    ]);
  });
});
