import type {
  Change,
  ChangeId,
  Incident,
  IncidentId,
  IntentId,
  IntentResource,
  JournalRecord,
  Mode,
} from '@weir/core/model';
import { applyRecord, emptyDurableState, type DurableState } from '@weir/core/state';

/** What readers see: the same fold as the engine's, fed from the journal, without the engine. */
export class ReadModel {
  private state: DurableState = emptyDurableState;
  private last = 0;

  /** Records must come in order; one that was seen already is ignored. */
  apply(record: JournalRecord): void {
    if (record.sequence <= this.last) return;
    this.last = record.sequence;
    this.state = applyRecord(this.state, record);
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
}
