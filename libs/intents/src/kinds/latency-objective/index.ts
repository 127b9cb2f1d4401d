/**
 * LatencyObjective: a quantile of the request latency of some workloads stays under a threshold,
 * nearly always. "99.9 % of the time, p95 of the chat service is under 100 ms."
 */
export { latencyObjective } from './latency-objective';
