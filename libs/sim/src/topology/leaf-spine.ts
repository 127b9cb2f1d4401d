import { assert, ok, type Result } from '@weir/core/base';
import type { FabricSpec } from '../network/spec';
import {
  checkSizes,
  checkTotals,
  DEFAULT_OPTIONS,
  Draft,
  hostPrefix,
  upTo,
  type FabricOptions,
} from './draft';

export interface LeafSpineOptions extends FabricOptions {
  readonly leaves: number;
  readonly spines: number;
  readonly hostPortsPerLeaf: number;
  /** Device group of leaf n (from 1); spines are group `spines`. */
  readonly groupOfLeaf: (leaf: number) => string;
}

export const DEFAULT_LEAF_SPINE: LeafSpineOptions = {
  ...DEFAULT_OPTIONS,
  leaves: 16,
  spines: 4,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 25e9,
  hostCapacityBps: 25e9,
  groupOfLeaf: (leaf) => `pod${Math.ceil(leaf / 4)}`,
};

/** Beyond this there is no /24 of 10.0.0.0/8 for each host port, so that hosts have a /32. */
const MAX_OCTET = 255;

/**
 * Two-layer Clos: every leaf to every spine once. Uplinks are eth1..ethS, host ports eth(S+1)...;
 * spine ports are numbered by leaf. One endpoint `h<leaf>-<k>` with a /24 per host port.
 */
export function leafSpineFabric(options: Partial<LeafSpineOptions> = {}): Result<FabricSpec> {
  const o = { ...DEFAULT_LEAF_SPINE, ...options };
  const { leaves, spines, hostPortsPerLeaf } = o;
  const refused =
    checkSizes(o, { leaves, spines, hostPortsPerLeaf }) ??
    checkTotals('leaves', { leaves, hosts: leaves * hostPortsPerLeaf, links: leaves * spines });
  if (refused !== null) return refused;
  const draft = new Draft(o);
  for (const leaf of upTo(leaves)) draft.addSwitch(`leaf${leaf}`, 'leaf', o.groupOfLeaf(leaf));
  for (const spine of upTo(spines)) draft.addSwitch(`spine${spine}`, 'spine', 'spines');
  for (const leaf of upTo(leaves)) {
    for (const spine of upTo(spines)) draft.connect(`leaf${leaf}`, `spine${spine}`);
  }
  const wide = leaves <= MAX_OCTET && hostPortsPerLeaf <= MAX_OCTET;
  for (const leaf of upTo(leaves)) {
    for (const host of upTo(hostPortsPerLeaf)) {
      const narrow = hostPrefix(leaf, host, hostPortsPerLeaf);
      const prefix = wide ? `10.${leaf}.${host}.0/24` : narrow;
      draft.addHost(`h${leaf}-${host}`, `leaf${leaf}`, prefix);
    }
  }
  return ok(draft.finish());
}

/** The same for sizes that the caller knows to be possible. */
export function leafSpine(options: Partial<LeafSpineOptions> = {}): FabricSpec {
  const built = leafSpineFabric(options);
  assert(built.ok, 'the sizes of a leaf-spine fabric are possible');
  return built.value;
}
