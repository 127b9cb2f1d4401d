/**
 * Ground floor of the core: results instead of exceptions for expected refusals, assertions for
 * defects, error codes with what to do about them, and seeded randomness. Nothing here knows about networks.
 */
export * from './assert';
export * from './beta';
export * from './codes';
export * from './random';
export * from './remedies';
export * from './result';
