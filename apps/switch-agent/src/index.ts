/**
 * A Linux machine as a switch that Weir can steer: a gNMI target whose counters, links and routes
 * are the kernel's own, whose static routes with weights become nexthop groups, and whose Sets the
 * kernel has tried before they are answered. The gNMI server is the shared one; here are the kernel
 * layer (parsers of `ip -j`, planner of `ip -batch`), the routes, and the durable state.
 */
export { startAgent, type RunningAgent } from './agent';
export {
  AgentConfigError,
  DEFAULT_CONFIG,
  parseAgentConfig,
  readAgentConfig,
  type AgentConfig,
} from './config';
