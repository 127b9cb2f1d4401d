import { unimplemented } from '@weir/gnmi';
import type { Capability } from '../kernel/capabilities';
import { filterKind, type QosCapabilities } from './capabilities';
import { CLASSIFIERS, portPath } from './paths';
import type { WantedPort } from './wanted';

/** Refuses what this very kernel lacks, naming the leaf that asks for it. */
export function checkOffered(port: WantedPort, capabilities: QosCapabilities): void {
  const output = `${portPath(port.interface)}/output`;
  need(capabilities.htb, output, 'output QoS needs HTB');
  need(capabilities.bfifo, output, 'output QoS needs bfifo');
  for (const { marking } of port.queues) {
    if (marking === null) continue;
    const leaf = `${marking.at}/${marking.ecn ? 'enable-ecn' : 'drop'}`;
    need(capabilities.red, leaf, 'marking and early drops need RED');
    if (marking.ecn && !marking.drop)
      need(
        capabilities.redNodrop,
        `${marking.at}/drop`,
        'marking without drops needs `nodrop` of RED',
      );
  }
  const classified = port.dscp4 !== null || port.dscp6 !== null;
  if (classified && filterKind(capabilities) === null)
    need(capabilities.u32, CLASSIFIERS, 'classification by DSCP needs u32 or flower');
}

function need(capability: Capability, path: string, what: string): void {
  if (!capability.available)
    throw unimplemented(`${path}: ${what}, and this kernel says: ${capability.reason}`);
}
