/**
 * A gNMI target over a pluggable backend: Capabilities, Get, Set with commit-confirmed, Subscribe.
 * Used by the simulated switches of apps/fabric and by the Linux switches of apps/switch-agent.
 */
export * from './backend';
