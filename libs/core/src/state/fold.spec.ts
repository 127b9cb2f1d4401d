import { incidentId, type RecordBody } from '../model';
import { emptyDurableState, type DurableState } from './durable';
import { applyRecord } from './fold';

const T0 = 1_800_000_000_000;

const fold = (bodies: readonly RecordBody[], from = emptyDurableState, atMs = T0): DurableState =>
  bodies.reduce((state, body) => applyRecord(state, { atMs, epoch: 1, body }), from);

describe('the times of diagnoses', () => {
  const incident = incidentId('inc-1');
  const diagnosed = (atMs: number, note: string): RecordBody =>
    ({
      kind: 'incident-diagnosed',
      ...{ id: incident, diagnosis: { atMs, causes: [], facts: {} }, rule: null, note },
    }) as unknown as RecordBody;
  const opened = {
    kind: 'incident-opened',
    incident: { id: incident, state: 'open', changes: [], diagnosis: null, diagnosedMs: null },
  } as unknown as RecordBody;

  it('are those of the first and of the latest one; a note with the same one is neither', () => {
    const first = fold([opened, diagnosed(T0, '')]);
    const noted = fold([diagnosed(T0, 'a note')], first, T0 + 5_000);
    expect(noted.incidents.get(incident)).toMatchObject({
      ...{ diagnosedMs: T0, latestDiagnosedMs: T0, note: 'a note' },
    });
    const again = fold([diagnosed(T0 + 8_000, 'a note')], noted, T0 + 8_000);
    expect(again.incidents.get(incident)).toMatchObject({
      ...{ diagnosedMs: T0, latestDiagnosedMs: T0 + 8_000 },
    });
  });
});
