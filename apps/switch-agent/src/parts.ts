import type { LeafMap } from '@weir/gnmi';
import { isInterfacePath } from './interfaces/from-leaves';
import { isQosPath } from './qos';

/** Configuration leaves by the part of the machine that they are about. */
export function partsOf(leaves: LeafMap): Record<'interfaces' | 'qos' | 'routes', LeafMap> {
  const parts = { interfaces: new Map(), qos: new Map(), routes: new Map() } as const;
  for (const [path, value] of leaves) {
    const part = isInterfacePath(path) ? 'interfaces' : isQosPath(path) ? 'qos' : 'routes';
    parts[part].set(path, value);
  }
  return parts;
}
