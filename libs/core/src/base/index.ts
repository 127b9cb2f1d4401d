/**
 * Ground floor of the core: results instead of exceptions for expected refusals, assertions for
 * defects, error codes, and seeded randomness. Nothing here knows about networks.
 */
export * from './assert';
export * from './codes';
export * from './random';
export * from './result';
