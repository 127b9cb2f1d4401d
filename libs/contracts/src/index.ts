/**
 * The written contracts of Weir: zod schemas of the daemon's configuration, the topology, the
 * policy, intents, the REST API and its events. Daemon, command line and console read the same
 * ones, so a field has one meaning and a mistake in it one message. Depends on zod only.
 */
export * from './api';
export * from './bgp';
export * from './bodies';
export * from './controller-config';
export * from './daemon-views';
export * from './event';
export * from './explanation';
export * from './intent';
export * from './ip';
export * from './issues';
export * from './learning';
export * from './policy';
export * from './problem';
export * from './resources';
export * from './saved-plan';
export * from './scalars';
export * from './scenario';
export * from './scores';
export * from './sr-policy';
export * from './topology';
