import { assert } from '@weir/core/base';
import { leafSpine } from '../topology/leaf-spine';
import { compare, type ModelCheck } from './check';
import { routingOf } from './routing-of';

const LINKS = 16;
const FLOWS = 1_000;
const DRAWS = 300;

/** Busiest of 16 uplinks over their mean when 1,000 flows are hashed onto them. */
export function hashImbalanceChecks(): ModelCheck[] {
  const spec = leafSpine({ leaves: 2, spines: LINKS, hostPortsPerLeaf: 1 });
  const { routing } = routingOf(spec, 1);
  let sum = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const flows = new Map<number, number>();
    for (let flow = 0; flow < FLOWS; flow++) {
      const uplink = routing.single('h1-1', 'h2-1', `${draw}/${flow}`)?.channels[1];
      assert(uplink !== undefined, 'every flow has a path');
      flows.set(uplink, (flows.get(uplink) ?? 0) + 1);
    }
    sum += Math.max(...flows.values()) / (FLOWS / LINKS);
  }
  return [
    compare({
      name: 'hash imbalance: 1,000 flows on 16 links, busiest over mean',
      source:
        'mean of a multinomial, 1.229; Gangidi et al., RDMA over Ethernet for Distributed AI Training at Meta Scale, SIGCOMM 2024, 4: above 1.2',
      setup: `mean of ${DRAWS} hashings by the simulated leaf`,
      expected: 1.229,
      got: sum / DRAWS,
      tolerance: 0.01,
    }),
  ];
}
