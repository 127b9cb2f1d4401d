import type {
  Change,
  ChangeId,
  Decision,
  DeviceId,
  Experience,
  Incident,
  IncidentId,
  IntentId,
  IntentResource,
  LeafValue,
  Mode,
  RuleScore,
  Shadow,
} from '../model';

/** What automatic changes did to one leaf of late. */
export interface LeafHistory {
  /** Last change that settled on it, and when, wall time. */
  readonly changeId: ChangeId;
  readonly atMs: number;
  /** Values that automatic changes replaced, the newest last; null is absent. */
  readonly replaced: readonly {
    readonly changeId: ChangeId;
    readonly atMs: number;
    readonly value: LeafValue | null;
  }[];
}

/** What survives a restart: the fold of the journal, nothing else. */
export interface DurableState {
  readonly lastSequence: number;
  /** Wall time of the last record; 0 before the first. */
  readonly lastAtMs: number;
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
  /** What automatic changes wrote of late, by device and path; bounded, the oldest first. */
  readonly written: ReadonlyMap<string, LeafHistory>;
  /** Wall times at which changes were undone, by `rule|objective`; bounded. */
  readonly undoneMs: ReadonlyMap<string, readonly number[]>;
  /** Rules that wait for a person on an objective, by `rule|objective`, with the reason. */
  readonly escalated: ReadonlyMap<string, string>;
  /** Decisions that were not carried out, by id; of the scored ones the newest. */
  readonly shadows: ReadonlyMap<string, Shadow>;
  readonly shadowCount: number;
  /** What became of decisions, by `rule|group`. */
  readonly scores: ReadonlyMap<string, RuleScore>;
  /** The last decision on each open incident, and the one that each change came of, by their id. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** What verdicts taught, by `cause|action|context`; bounded, the oldest first. */
  readonly learning: ReadonlyMap<string, Experience>;
}

export const emptyDurableState: DurableState = {
  lastSequence: 0,
  lastAtMs: 0,
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
  written: new Map(),
  undoneMs: new Map(),
  escalated: new Map(),
  shadows: new Map(),
  shadowCount: 0,
  scores: new Map(),
  decisions: new Map(),
  learning: new Map(),
};
