import type { LeafMap } from '@weir/gnmi';
import { isInterfacePath } from './interfaces/from-leaves';
import { isQosPath } from './qos';
import type { QosLink } from './qos/qos';
import { portPath } from './qos/paths';

/** Configuration leaves by the part of the machine that they are about. */
export function partsOf(leaves: LeafMap): Record<'interfaces' | 'qos' | 'routes', LeafMap> {
  const parts = { interfaces: new Map(), qos: new Map(), routes: new Map() } as const;
  for (const [path, value] of leaves) {
    const part = isInterfacePath(path) ? 'interfaces' : isQosPath(path) ? 'qos' : 'routes';
    parts[part].set(path, value);
  }
  return parts;
}

/** QoS without that of ports which are not there; it is made when they are. */
export function onPorts(qos: LeafMap, ports: readonly QosLink[]): LeafMap {
  const there = ports.map(({ name }) => `${portPath(name)}/`);
  const isOfPort = (path: string): boolean => path.startsWith('/qos/interfaces/');
  return new Map(
    [...qos].filter(([path]) => !isOfPort(path) || there.some((port) => path.startsWith(port))),
  );
}
