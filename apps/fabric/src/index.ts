/**
 * A simulated fabric that listens: the world of libs/sim in real time, a real gNMI server
 * for each switch on its own loopback port, workloads that report by OTLP over real gRPC, and a
 * control API that breaks things on demand. `weir-fabric` is its command.
 */
export { fabricConfigSchema, readConfig, type FabricConfig } from './config/fabric-config';
export { planOfConfig, planOfScenario, type FabricPlan } from './plan/fabric-plan';
export { loadScenario } from './plan/load-scenario';
export { FabricProcess } from './fabric-process';
export { startFabric, type RunningFabric } from './start-fabric';
export { NO_FAULTS, type SwitchFaults } from './switch/faults';
