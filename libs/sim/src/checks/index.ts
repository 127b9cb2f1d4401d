/**
 * Independent checks: figures of the simulator beside figures that are known without it, from
 * closed forms, published measurements and published optima. Pure; what reads data sets and
 * solves linear programs is handed in.
 */
export { compare, type ModelCheck } from './check';
export { controlStabilityChecks } from './control-stability';
export { dynamicThresholdChecks } from './dynamic-threshold';
export { hashImbalanceChecks } from './hash-imbalance';
export {
  HEDERA_PATTERNS,
  hederaPatternChecks,
  hederaScaleChecks,
  type HederaFigures,
} from './hedera';
export { interferenceChecks } from './interference';
export { ringAllReduceChecks } from './ring-allreduce';
export {
  minMaxUtilisation,
  readTunnels,
  teOptimumCheck,
  type LinearSolver,
  type TeNetwork,
  type TeSample,
  type Tunnels,
} from './te-optimum';
export { readPattern, stridePattern, type PatternFlow } from './traffic-pattern';
