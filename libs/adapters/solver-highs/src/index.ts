/**
 * The exact solver: HiGHS (MIT), compiled to WebAssembly, in a worker thread that is started by the
 * first question and ended when one takes longer than its limit.
 */
export * from './highs-solver';
export * from './linear-program';
