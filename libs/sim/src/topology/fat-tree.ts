import { ok, type Result } from '@weir/core/base';
import type { FabricSpec } from '../network/spec';
import {
  checkSizes,
  checkTotals,
  DEFAULT_OPTIONS,
  Draft,
  hostPrefix,
  impossible,
  upTo,
  type FabricOptions,
} from './draft';

export interface FatTreeOptions extends Partial<FabricOptions> {
  /** Ports of every switch: k pods, (k/2)^2 cores, k^3/4 hosts. Even. */
  readonly k: number;
}

/**
 * The fat tree of Al-Fares, Loukissas and Vahdat, "A Scalable, Commodity Data Center Network
 * Architecture" (SIGCOMM 2008): k pods of k/2 edge and k/2 aggregation switches, full bisection.
 * Switches are `edge1..`, `agg1..` and `core1..`, numbered pod by pod; hosts `h<edge>-<n>` in the
 * order of Hedera's traffic patterns (`hederaHost`). Aggregation switch n of every pod is connected
 * to cores (n-1)k/2+1 .. nk/2; an edge or aggregation switch has its lower ports after its upper.
 */
export function fatTree(options: FatTreeOptions): Result<FabricSpec> {
  const o = { ...DEFAULT_OPTIONS, ...options };
  const { k } = o;
  const half = k / 2;
  const refused = checkSizes(o, { k });
  if (refused !== null) return refused;
  if (!Number.isInteger(half)) return impossible('k', `${k} is odd; half of the ports lead up`);
  const tooMany = checkTotals('k', { leaves: k * half, hosts: k ** 3 / 4, links: k ** 3 / 2 });
  if (tooMany !== null) return tooMany;
  const draft = new Draft(o);
  const members = upTo(half);
  const numbered = (pod: number, at: number): number => (pod - 1) * half + at;
  for (const pod of upTo(k)) {
    for (const at of members) draft.addSwitch(`edge${numbered(pod, at)}`, 'leaf', `pod${pod}`);
    for (const at of members) draft.addSwitch(`agg${numbered(pod, at)}`, 'spine', `pod${pod}`);
  }
  for (const core of upTo(half * half)) draft.addSwitch(`core${core}`, 'superspine', 'core');
  for (const pod of upTo(k)) {
    for (const at of members) {
      for (const up of members) draft.connect(`agg${numbered(pod, at)}`, `core${numbered(at, up)}`);
    }
    for (const edge of members) {
      for (const agg of members)
        draft.connect(`edge${numbered(pod, edge)}`, `agg${numbered(pod, agg)}`);
    }
  }
  for (const edge of upTo(k * half)) {
    const labels = { pod: `pod${Math.ceil(edge / half)}` };
    for (const host of members)
      draft.addHost(`h${edge}-${host}`, `edge${edge}`, hostPrefix(edge, host, half), labels);
  }
  return ok(draft.finish());
}

/** Host number n (from 0) of Hedera's patterns: (edge-1)(k/2) + (host-1), as `h<edge>-<host>`. */
export function hederaHost(k: number, index: number): string {
  const half = k / 2;
  return `h${Math.floor(index / half) + 1}-${(index % half) + 1}`;
}
