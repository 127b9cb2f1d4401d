/**
 * The network as the loop sees it: routing from the images in force, demand per prefix, and what
 * the loads would be with other weights.
 */
export * from './demand';
export * from './routing';
export * from './what-if';
