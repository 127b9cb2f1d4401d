/**
 * What the loop needs from the outside world, by role. Each port has one contract suite in
 * libs/conformance that every implementation passes, the in-memory ones included.
 */
export * from './bus';
export * from './clock';
export * from './device';
export * from './flight';
export * from './intent-kind';
export * from './journal';
export * from './journal-text';
export * from './journal-chain';
export * from './journal-snapshots';
export * from './journal-witness';
export * from './lease';
export * from './metrics';
export * from './placement';
export * from './profile';
export * from './queue';
export * from './relief';
export * from './solver';
export * from './strategy';
export * from './telemetry';
