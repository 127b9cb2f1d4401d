/**
 * The loop: eight stages in order, each a folder of pure functions. `step` is the whole of it;
 * `Pass` is the context that the stages share within one step.
 */
export * from './env';
export * from './events';
export * from './loop';
export * from './observed';
export { Pass, type LoopState } from './pass';
export { engineStatus } from './status';
export { loadsOf, routingOf } from './network';
