/**
 * A simulated switch as OpenConfig shows it: the configuration that it boots with, what its data
 * plane makes of a configuration, and its state. The one mapping between libs/sim and OpenConfig,
 * for the gNMI servers of apps/fabric and for the closed loop that runs in one process.
 */
export { connectedPrefixes, neighbours, nextHopAddresses } from './addressing';
export { initialConfig } from './initial-config';
export {
  aftEntryPath,
  interfacePath,
  neighbourPath,
  nextHopPath,
  qosInterfacePath,
  queuePath,
  staticPath,
} from './paths';
export { settingsOf, type Platform } from './settings-of-config';
export { forwardingGroups, portGroups, systemGroup, type SwitchStateSource } from './state-groups';
export { SwitchImage } from './switch-image';
