import { ok, type Result } from '@weir/core/base';
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

export interface RailOptimisedOptions extends Partial<FabricOptions> {
  /** NICs of one host, one for each accelerator. */
  readonly rails: number;
  /** Blocks of hosts, each with rail switches of its own. */
  readonly groups: number;
  readonly hostsPerGroup: number;
  readonly spines: number;
}

/**
 * Rail-optimised AI fabric (NVIDIA DGX SuperPOD reference architecture; Wang et al., "Rail-only",
 * HOTI 2024): NIC r of every host of a group is on rail switch r of that group, so that equal ranks
 * meet after one hop; all rail switches are under all spines. An endpoint is one NIC with its
 * accelerator: `h<host>-<rail>`, hosts numbered group by group, labelled host, rail and group. What
 * accelerators of one host say to each other goes over the host's own links and is not here.
 * Rail switch r of group g is `rail<(g-1)*rails+r>`.
 */
export function railOptimised(options: RailOptimisedOptions): Result<FabricSpec> {
  const o = { ...DEFAULT_OPTIONS, ...options };
  const { rails, groups, hostsPerGroup, spines } = o;
  const leaves = groups * rails;
  const refused =
    checkSizes(o, { rails, groups, hostsPerGroup, spines }) ??
    checkTotals('groups', { leaves, hosts: leaves * hostsPerGroup, links: leaves * spines });
  if (refused !== null) return refused;
  const draft = new Draft(o);
  for (const leaf of upTo(leaves))
    draft.addSwitch(`rail${leaf}`, 'leaf', `group${Math.ceil(leaf / rails)}`);
  for (const spine of upTo(spines)) draft.addSwitch(`spine${spine}`, 'spine', 'spines');
  for (const leaf of upTo(leaves)) {
    for (const spine of upTo(spines)) draft.connect(`rail${leaf}`, `spine${spine}`);
  }
  for (const host of upTo(groups * hostsPerGroup)) {
    const group = Math.ceil(host / hostsPerGroup);
    const inGroup = host - (group - 1) * hostsPerGroup;
    for (const rail of upTo(rails)) {
      const leaf = (group - 1) * rails + rail;
      const labels = { host: `h${host}`, rail: String(rail), group: `group${group}` };
      const prefix = hostPrefix(leaf, inGroup, hostsPerGroup);
      draft.addHost(`h${host}-${rail}`, `rail${leaf}`, prefix, labels);
    }
  }
  return ok(draft.finish());
}
