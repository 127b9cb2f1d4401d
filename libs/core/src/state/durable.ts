import type {
  Change,
  ChangeId,
  DeviceId,
  Incident,
  IncidentId,
  IntentId,
  IntentResource,
  Mode,
  RuleScore,
  Shadow,
} from '../model';

/** What survives a restart: the fold of the journal, nothing else. */
export interface DurableState {
  readonly lastSequence: number;
  readonly epoch: number;
  readonly changeCount: number;
  readonly incidentCount: number;
  readonly intents: ReadonlyMap<IntentId, IntentResource>;
  /** Intents as the files of the configuration last put them, whatever people did to them since. */
  readonly configIntents: ReadonlyMap<IntentId, IntentResource>;
  readonly incidents: ReadonlyMap<IncidentId, Incident>;
  readonly changes: ReadonlyMap<ChangeId, Change>;
  readonly frozen: { readonly by: string; readonly reason: string } | null;
  readonly ruleModes: ReadonlyMap<string, Mode>;
  readonly groupModes: ReadonlyMap<string, Mode>;
  readonly fenced: ReadonlyMap<DeviceId, string>;
  /** Wall time of the last settled change by `rule|objective`: the cool-down counts from it. */
  readonly actedMs: ReadonlyMap<string, number>;
  /** Wall times at which changes began to be applied, newest last; bounded. */
  readonly startsMs: readonly number[];
  /** Decisions that were not carried out, by id; of the scored ones the newest. */
  readonly shadows: ReadonlyMap<string, Shadow>;
  readonly shadowCount: number;
  /** What became of decisions, by `rule|group`. */
  readonly scores: ReadonlyMap<string, RuleScore>;
}

export const emptyDurableState: DurableState = {
  lastSequence: 0,
  epoch: 0,
  changeCount: 0,
  incidentCount: 0,
  intents: new Map(),
  configIntents: new Map(),
  incidents: new Map(),
  changes: new Map(),
  frozen: null,
  ruleModes: new Map(),
  groupModes: new Map(),
  fenced: new Map(),
  actedMs: new Map(),
  startsMs: [],
  shadows: new Map(),
  shadowCount: 0,
  scores: new Map(),
};

export const cooldownKey = (rule: string | null, objectiveId: string | null): string =>
  `${rule ?? ''}|${objectiveId ?? ''}`;
