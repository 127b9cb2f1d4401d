/**
 * State is a fold of the journal. `applyRecord` is used by the live loop, by recovery and by every
 * reader, so that they cannot disagree; `limits` bounds what is kept.
 */
export * from './cooldown';
export * from './durable';
export * from './fold';
export { faded, isMeant, learningKey } from './learning';
export * from './limits';
export * from './switchback';
export * from './oscillation';
export * from './record-kinds';
export { scoreKey } from './scores';
export * from './snapshot';
