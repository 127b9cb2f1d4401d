/**
 * The words of the domain: topology, telemetry frames, configuration leaves, intents, policies,
 * incidents, actions, changes, device operations. Types and trivial pure helpers only.
 */
export * from './action';
export * from './action-text';
export * from './buffer-rule';
export * from './change';
export * from './command';
export * from './config';
export * from './decision';
export * from './facts';
export * from './ids';
export * from './incident';
export * from './intent';
export * from './learning';
export * from './operation';
export * from './policy';
export * from './qos';
export * from './sr-policy';
export * from './record';
export * from './shadow';
export * from './telemetry';
export * from './topology';
