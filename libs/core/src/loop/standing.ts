import type { Change } from '../model';
import type { Pass } from './pass';

const FAILED: ReadonlySet<string> = new Set(['rejected', 'expired', 'superseded', 'rolled-back']);

/** Whether a change was undone since, or is being undone. */
export function isUndone(pass: Pass, change: Change): boolean {
  for (const other of pass.durable.changes.values())
    if (other.action.type === 'undo' && other.action.changeId === change.id)
      if (!FAILED.has(other.state)) return true;
  return false;
}
