/**
 * Contract suites: what every implementation of a port must do, in-memory and faulty ones
 * included. An adapter's own spec calls the suite of its port with a harness that makes fresh
 * instances; what is peculiar to the adapter (damage, fail-over, speed) it tests beside it.
 *
 * The suites use the globals of the test runner, so this package is imported by specs only.
 */
export * from './broadcast-contract';
export * from './bus-contract';
export * from './device-writer-contract';
export * from './eventually';
export * from './journal-contract';
export * from './journal-records';
export * from './journal-snapshot-contract';
export * from './lease-contract';
export * from './queue-contract';
export * from './redis-fixture';
export * from './sample-history';
export * from './typescript-child';
export * from './solver-contract';
