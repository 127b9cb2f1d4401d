/**
 * `weir`, the command line: talks to the daemon by its REST API only, except for the offline
 * verbs (policy test, config check, journal verify --dir, bench). Data goes to stdout, everything
 * for people to stderr; exit codes are 0 done, 1 error, 2 a plan with changes, 3 missed expectations.
 */
export { run } from './run';
export { buildProgram } from './program';
export * from './reference';
export type { Io } from './io';
