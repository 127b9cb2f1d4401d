import { isTerminal, isTouching } from '../../change';
import type { Change, Incident } from '../../model';
import type { Pass } from '../pass';

/** Changes that may be writing to devices. */
export const openChangeCount = (pass: Pass): number =>
  [...pass.durable.changes.values()].filter((change) => isTouching(change.state)).length;

/** Changes for the incident that have not come to their end. */
export function openChangesOf(pass: Pass, incident: Incident): readonly Change[] {
  return incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change): change is Change => change !== undefined && !isTerminal(change.state));
}
