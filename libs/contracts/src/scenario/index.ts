/**
 * Scenario files: a fabric, the workloads on it, what goes wrong and when, what the controller is
 * asked for, and what should come of it. `weir sim` runs them; what refers to names (hosts, links,
 * devices, queues) is checked where the scenario is built, by libs/closed-loop.
 */
export * from './collective';
export * from './events';
export * from './expectations';
export * from './hosts';
export * from './scenario';
export {
  ecnSettingSchema,
  scenarioQueueSchema,
  settingSchema,
  type ScenarioSetting,
} from './settings';
export * from './topology';
export * from './workloads';
