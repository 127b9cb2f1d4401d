import type {
  Change,
  ChangeId,
  Decision,
  Experience,
  Incident,
  IncidentId,
  IntentId,
  IntentResource,
  JournalRecord,
  Mode,
  RuleScore,
  Shadow,
} from '@weir/core/model';
import { emptyDurableState, type DurableState } from '@weir/core/state';
import { foldChecked } from './engine/recover';

/** What readers see: the same fold as the engine's, fed from the journal, without the engine. */
export class ReadModel {
  private state: DurableState = emptyDurableState;
  private last = 0;

  /** Begins with a state that was recovered; records up to it are taken as seen. */
  restore(state: DurableState): void {
    this.state = state;
    this.last = state.lastSequence;
  }

  /**
   * Records must come in order; one that was seen already is ignored. Throws JournalTooNew on one
   * that a newer version wrote.
   */
  apply(record: JournalRecord): void {
    if (record.sequence <= this.last) return;
    this.last = record.sequence;
    this.state = foldChecked(this.state, record);
  }

  get lastSequence(): number {
    return this.last;
  }
  get frozen(): DurableState['frozen'] {
    return this.state.frozen;
  }
  get ruleModes(): ReadonlyMap<string, Mode> {
    return this.state.ruleModes;
  }
  get groupModes(): ReadonlyMap<string, Mode> {
    return this.state.groupModes;
  }
  get fenced(): ReadonlyMap<string, string> {
    return this.state.fenced;
  }
  /** Changes and incidents that there ever were; of the ended ones only the newest are kept. */
  get changeCount(): number {
    return this.state.changeCount;
  }
  get incidentCount(): number {
    return this.state.incidentCount;
  }
  changes(): readonly Change[] {
    return [...this.state.changes.values()];
  }
  change(id: string): Change | undefined {
    return this.state.changes.get(id as ChangeId);
  }
  intents(): readonly IntentResource[] {
    return [...this.state.intents.values()];
  }
  intent(id: string): IntentResource | undefined {
    return this.state.intents.get(id as IntentId);
  }
  incidents(): readonly Incident[] {
    return [...this.state.incidents.values()];
  }
  incident(id: string): Incident | undefined {
    return this.state.incidents.get(id as IncidentId);
  }
  /** What became of decisions, by rule and group. */
  scores(): readonly RuleScore[] {
    return [...this.state.scores.values()];
  }
  /** What verdicts taught, the longest untouched first. */
  learning(): readonly Experience[] {
    return [...this.state.learning.values()];
  }
  /** The decision that a change came of, or the last one on an open incident. */
  decision(id: string): Decision | undefined {
    return this.state.decisions.get(id);
  }
  /** Decisions that were not carried out, in the order in which they were taken. */
  shadows(): readonly Shadow[] {
    return [...this.state.shadows.values()];
  }
}
