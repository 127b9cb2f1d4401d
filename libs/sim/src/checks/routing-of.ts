import { Network } from '../network/network';
import { Routing } from '../network/routing';
import { defaultSettings } from '../network/settings';
import type { FabricSpec } from '../network/spec';
import { DEFAULT_QUEUE_SETTINGS } from '../topology/queues';

/** A network and its forwarding as switches have it out of the box: ECMP on shortest paths. */
export function routingOf(spec: FabricSpec, seed: number): { network: Network; routing: Routing } {
  const network = new Network(spec);
  const routing = new Routing(network, seed);
  spec.switches.forEach(({ name }, device) => {
    routing.configure(device, defaultSettings(spec, name, DEFAULT_QUEUE_SETTINGS));
  });
  return { network, routing };
}
