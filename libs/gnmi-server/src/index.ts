/**
 * A gNMI target over a pluggable backend: Capabilities, Get, Set with commit-confirmed, Subscribe.
 * Used by the simulated switches of apps/fabric and by the Linux switches of apps/switch-agent.
 *
 *     const target = await startTarget({ address: '127.0.0.1:0', backend });
 *     console.log(target.port);
 */
export * from './backend';
export { fileCommitStore } from './file-commit-store';
export { MemoryBackend, OPENCONFIG_MODELS } from './memory-backend';
export { startTarget } from './target';
export { systemClock } from './clock';
export { GNMI_VERSION } from './service';
