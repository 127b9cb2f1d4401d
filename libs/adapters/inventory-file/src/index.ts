/**
 * Topologies from files: Weir's own YAML and containerlab's. What is loaded is complete and free
 * of contradictions, or it is refused with the path of the field that is wrong; half a topology
 * is worse than none, because a missing link would look like a missing path.
 */
export * from './load-topology';
export { LABELS, type ContainerlabLabel } from './containerlab';
