/**
 * Every way in which the world can fail, one option each, grouped by what they break. To add one:
 * write it next to those like it, with the rows of the fault matrix that it makes happen; it is then
 * drawn by every swarm and counted in the table of coverage.
 */
import type { Plant } from '../plant/plant';
import { CLOCK_AND_QUEUE_FAULTS } from './clocks-and-queue';
import { DECISION_FAULTS } from './decisions';
import { DEVICE_FAULTS } from './devices';
import type { FaultOption } from './fault-option';
import { JOURNAL_FAULTS } from './journal';
import { NETWORK_FAULTS } from './network';
import { PROCESS_FAULTS } from './processes';
import { TELEMETRY_FAULTS } from './telemetry';

export const FAULT_OPTIONS: readonly FaultOption<Plant>[] = [
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...DEVICE_FAULTS,
  ...DECISION_FAULTS,
  ...JOURNAL_FAULTS,
  ...CLOCK_AND_QUEUE_FAULTS,
  ...TELEMETRY_FAULTS,
];
