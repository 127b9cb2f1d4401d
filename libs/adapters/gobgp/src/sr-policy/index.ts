/**
 * SR policies (RFC 9256) that a speaker announces to the router, the headend (RFC 9830): as leaves
 * of the image and as a text, and what may be announced at all. One candidate path of each policy
 * is Weir's; those of others are never touched.
 */
export * from './candidate-path';
export * from './render';
export * from './text';
