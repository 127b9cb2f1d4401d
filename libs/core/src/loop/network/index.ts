/**
 * The network as the loop sees it: routing from the images in force, demand per prefix, and what
 * the loads would be with other weights. What follows from the topology, the routing model or the
 * frame alone is found out once for each of them, since fabrics have thousands of channels.
 */
export * from './demand';
export * from './demand-hedge';
export * from './legs';
export * from './port-shares';
export * from './prefix-flows';
export * from './routing';
export * from './topology-index';
export * from './what-if';
