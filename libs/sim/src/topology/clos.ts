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

export interface ClosOptions extends Partial<FabricOptions> {
  readonly pods: number;
  readonly leavesPerPod: number;
  readonly spinesPerPod: number;
  /** A multiple of `spinesPerPod`: spine n of every pod has its own plane of superspines. */
  readonly superspines: number;
  readonly hostsPerLeaf: number;
  /**
   * Capacity of the hosts of a leaf over that of its uplinks; the layer above is then as wide as
   * the uplinks below it. Instead of `linkCapacityBps`, which gives all links one capacity.
   */
  readonly oversubscription?: number;
}

/**
 * Three-layer Clos in planes, after Andreyev, "Introducing data center fabric" (Facebook, 2014):
 * leaves `leaf1..` and spines `spine1..` numbered pod by pod, superspines `superspine1..` plane by
 * plane; hosts `h<leaf>-<n>`.
 */
export function clos(options: ClosOptions): Result<FabricSpec> {
  const o = { ...DEFAULT_OPTIONS, ...options };
  const { pods, leavesPerPod, spinesPerPod, superspines, hostsPerLeaf } = o;
  const leaves = pods * leavesPerPod;
  const perPlane = superspines / spinesPerPod;
  const refused =
    checkSizes(o, { pods, leavesPerPod, spinesPerPod, superspines, hostsPerLeaf }) ??
    checkTotals('pods', {
      leaves,
      hosts: leaves * hostsPerLeaf,
      links: leaves * spinesPerPod + pods * superspines,
    });
  if (refused !== null) return refused;
  if (!Number.isInteger(perPlane))
    return impossible('superspines', `${superspines} is no multiple of ${spinesPerPod} planes`);
  const capacities = capacitiesOf(o, perPlane);
  if (!capacities.ok) return capacities;
  const { leafUplinkBps, spineUplinkBps } = capacities.value;
  const draft = new Draft(o);
  for (const leaf of upTo(leaves))
    draft.addSwitch(`leaf${leaf}`, 'leaf', `pod${Math.ceil(leaf / leavesPerPod)}`);
  for (const spine of upTo(pods * spinesPerPod))
    draft.addSwitch(`spine${spine}`, 'spine', `pod${Math.ceil(spine / spinesPerPod)}`);
  for (const top of upTo(superspines))
    draft.addSwitch(`superspine${top}`, 'superspine', 'superspines');
  for (const pod of upTo(pods)) {
    const spines = upTo(spinesPerPod).map((at) => `spine${(pod - 1) * spinesPerPod + at}`);
    for (const [plane, spine] of spines.entries()) {
      for (const up of upTo(perPlane))
        draft.connect(spine, `superspine${plane * perPlane + up}`, spineUplinkBps);
    }
    for (const leaf of upTo(leavesPerPod)) {
      for (const spine of spines)
        draft.connect(`leaf${(pod - 1) * leavesPerPod + leaf}`, spine, leafUplinkBps);
    }
  }
  for (const leaf of upTo(leaves)) {
    const labels = { pod: `pod${Math.ceil(leaf / leavesPerPod)}` };
    for (const host of upTo(hostsPerLeaf))
      draft.addHost(
        `h${leaf}-${host}`,
        `leaf${leaf}`,
        hostPrefix(leaf, host, hostsPerLeaf),
        labels,
      );
  }
  return ok(draft.finish());
}

function capacitiesOf(
  o: ClosOptions & FabricOptions,
  perPlane: number,
): Result<{ readonly leafUplinkBps: number; readonly spineUplinkBps: number }> {
  const { oversubscription: ratio } = o;
  if (ratio === undefined)
    return ok({ leafUplinkBps: o.linkCapacityBps, spineUplinkBps: o.linkCapacityBps });
  if (!(ratio > 0 && Number.isFinite(ratio)))
    return impossible('oversubscription', `${ratio} is no ratio above 0`);
  const leafUplinkBps = (o.hostsPerLeaf * o.hostCapacityBps) / (o.spinesPerPod * ratio);
  return ok({ leafUplinkBps, spineUplinkBps: (o.leavesPerPod * leafUplinkBps) / perPlane });
}
