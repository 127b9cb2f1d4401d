import { ERROR_CODES } from '@weir/core/base';
import {
  CHANGE_STATES,
  MODES,
  TRAFFIC_CLASSES,
  type Action,
  type Change,
  type ChangeId,
  type DeviceId,
  type EndpointId,
  type EngineStatus,
  type Incident,
  type IncidentId,
  type IntentId,
  type JournalRecord,
  type RuleName,
} from '@weir/core/model';
import type { JournalVerification } from '@weir/core/ports';
import {
  CHANGE_STATE_NAMES,
  changeViewSchema,
  engineStatusSchema,
  incidentViewSchema,
  MODE_NAMES,
  PROBLEM_STATUS,
  TRAFFIC_CLASS_NAMES,
  type ActionBody,
  type ChangeView,
  type EngineStatusView,
  type ExplanationView,
  type IncidentView,
  type JournalRecordView,
  type JournalVerificationView,
} from '@weir/contracts';
import type { Explanation } from '@weir/runtime';
import { sampleChange, sampleIncident, sampleStatus } from './samples';

type Branded = DeviceId | EndpointId | ChangeId | IncidentId | IntentId | RuleName;

/** The same type without `readonly` and brands, as JSON makes it. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? T extends Branded
    ? string
    : T
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

// Compile-time: what the engine gives is what the contracts promise. Contracts depend on zod only
// and so repeat these shapes; these lines stop compiling when the two grow apart.
const promises = {
  change: (value: Plain<Change>): ChangeView => value,
  incident: (value: Plain<Incident>): IncidentView => value,
  status: (value: Plain<EngineStatus>): EngineStatusView => value,
  record: (value: Plain<JournalRecord>): JournalRecordView => value,
  verification: (value: Plain<JournalVerification>): JournalVerificationView => value,
  explanation: (value: Plain<Explanation>): ExplanationView => value,
  action: (value: ActionBody): Plain<Action> => value,
};

describe('contracts and core', () => {
  it('have the same shapes', () => {
    expect(Object.keys(promises)).toHaveLength(7);
    expect(changeViewSchema.parse(JSON.parse(JSON.stringify(sampleChange())))).toMatchObject({
      id: 'chg-7',
    });
    expect(incidentViewSchema.safeParse(sampleIncident()).success).toBe(true);
    expect(engineStatusSchema.safeParse(sampleStatus()).success).toBe(true);
  });

  it('have the same words', () => {
    expect(CHANGE_STATE_NAMES).toEqual(CHANGE_STATES);
    expect(MODE_NAMES).toEqual(MODES);
    expect(TRAFFIC_CLASS_NAMES).toEqual(TRAFFIC_CLASSES);
  });

  it('know an HTTP status for every error code, and no other codes', () => {
    expect(Object.keys(PROBLEM_STATUS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});
