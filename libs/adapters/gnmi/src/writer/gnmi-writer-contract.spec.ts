import { deviceWriterContract, type DeviceWriterHarness } from '@weir/conformance';
import { deviceId } from '@weir/core/model';
import { MemoryBackend, startTarget, type TargetBehaviour } from '@weir/gnmi-server';
import { oneLeaf, smallConfig } from '../testing/topology';
import { GnmiWriter } from './gnmi-writer';

const ROUTES =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]' +
  '/static-routes';
const HOP = `${ROUTES}/static[prefix=10.0.0.0/24]/next-hops/next-hop[index=3]`;
const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=none]';

async function harness(behaviour: TargetBehaviour): Promise<DeviceWriterHarness> {
  const backend = new MemoryBackend(smallConfig());
  const target = await startTarget({ address: '127.0.0.1:0', backend, behaviour });
  const writer = new GnmiWriter({ topology: oneLeaf(target.port), tls: { mode: 'insecure' } });
  const weight = `${ROUTES}/static[prefix=10.0.0.0/24]/next-hops/next-hop[index=1]/config/wecmp-weight`;
  return {
    writer,
    device: deviceId('leaf1'),
    present: { path: weight, value: '32', other: '7' },
    absent: [
      { path: `${HOP}/config/index`, value: '3' },
      { path: `${HOP}/config/next-hop`, value: '10.1.3.1' },
      { path: `${HOP}/config/wecmp-weight`, value: '5' },
      { path: `${HOP}/interface-ref/config/interface`, value: 'eth2' },
    ],
    // A key leaf that contradicts its key.
    refused: { path: `${PROFILE}/config/name`, before: null, after: 'another' },
    dispose: async () => {
      await writer.close();
      await target.close();
    },
  };
}

deviceWriterContract('gNMI, a target with commit-confirmed', true, () => harness({}));
deviceWriterContract('gNMI, a target that drops extensions', false, () =>
  harness({ ignoreExtensions: () => true }),
);
