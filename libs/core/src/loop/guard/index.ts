/**
 * Guards that know nothing of the validator: they read the diffs of a plan, the images of the
 * devices and the topology with code of their own, and stop a change although every check passed.
 * A bug in the planning must not be able to cut the network (Facebook, October 2021). They are
 * asked before a change starts and again before each stage is written, never before going back.
 */
export * from './before';
export * from './calendar';
export * from './conflicts';
export * from './freeze-windows';
export * from './oscillation';
export * from './permission';
export * from './scheme-conflicts';
export * from './solvers';
