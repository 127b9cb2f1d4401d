/**
 * Traffic engineering on fixed paths: splits that minimise the maximum link utilisation, a bound
 * that certifies them, and splits that are hedged against what the next matrix may be.
 */
export * from './descent';
export * from './hedged-splits';
export * from './k-shortest-paths';
export * from './lower-bound';
export * from './min-max-utilization';
export * from './path-problem';
export * from './sweep';
