/**
 * Builders of fabrics: two and three layers of Clos, fat trees, rail-optimised AI fabrics, and
 * fabrics read from a Topology document, a containerlab lab or the Lingjun 2023 data set. All are
 * pure; sizes that cannot be and references that lead nowhere are refused with the field at fault.
 */
export { clos, type ClosOptions } from './clos';
export { fromContainerlab, type ContainerlabDefaults } from './containerlab';
export { fatTree, hederaHost, type FatTreeOptions } from './fat-tree';
export type { FabricOptions } from './draft';
export {
  DEFAULT_LEAF_SPINE,
  leafSpine,
  leafSpineFabric,
  type LeafSpineOptions,
} from './leaf-spine';
export { fromLingjun, type LingjunOptions } from './lingjun';
export { DEFAULT_QUEUES, DEFAULT_QUEUE_SETTINGS } from './queues';
export { railOptimised, type RailOptimisedOptions } from './rail-optimised';
export { fromTopology, type TopologyDefaults, type TopologyInput } from './topology-document';
