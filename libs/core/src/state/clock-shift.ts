import type { Change, Incident } from '../model';
import type { DurableState } from './durable';

/**
 * State after the wall clock was set by so many ms: every time in it moves along, so that what was
 * to happen in a minute still happens in a minute. The journal keeps the times as they were written.
 */
export function shiftClock(state: DurableState, byMs: number): DurableState {
  return {
    ...state,
    changes: mapped(state.changes, (change) => shiftChange(change, byMs)),
    incidents: mapped(state.incidents, (incident) => shiftIncident(incident, byMs)),
    actedMs: mapped(state.actedMs, (atMs) => atMs + byMs),
    learning: mapped(state.learning, (item) => ({ ...item, atMs: item.atMs + byMs })),
    decisions: mapped(state.decisions, (item) => ({ ...item, atMs: item.atMs + byMs })),
    startsMs: state.startsMs.map((atMs) => atMs + byMs),
    shadows: mapped(state.shadows, (shadow) => ({
      ...shadow,
      decidedMs: shadow.decidedMs + byMs,
      settledMs: shadow.settledMs + byMs,
      dueMs: shadow.dueMs + byMs,
    })),
    undoneMs: mapped(state.undoneMs, (times) => times.map((atMs) => atMs + byMs)),
    written: mapped(state.written, (history) => ({
      ...history,
      atMs: history.atMs + byMs,
      replaced: history.replaced.map((item) => ({ ...item, atMs: item.atMs + byMs })),
    })),
  };
}

function shiftChange(change: Change, byMs: number): Change {
  const moved = (atMs: number | null): number | null => (atMs === null ? null : atMs + byMs);
  const times = Object.entries(change.times).map(([stage, atMs]) => [stage, atMs + byMs] as const);
  return {
    ...change,
    createdMs: change.createdMs + byMs,
    updatedMs: change.updatedMs + byMs,
    expiresMs: change.expiresMs + byMs,
    deadlineMs: moved(change.deadlineMs),
    leaseUntilMs: moved(change.leaseUntilMs),
    times: Object.fromEntries(times),
    ...(change.foreseen === undefined
      ? {}
      : { foreseen: { ...change.foreseen, dueMs: change.foreseen.dueMs + byMs } }),
  };
}

function shiftIncident(incident: Incident, byMs: number): Incident {
  const moved = (atMs: number | null): number | null => (atMs === null ? null : atMs + byMs);
  return {
    ...incident,
    observedMs: incident.observedMs + byMs,
    detectedMs: incident.detectedMs + byMs,
    diagnosedMs: moved(incident.diagnosedMs),
    ...(incident.latestDiagnosedMs === undefined
      ? {}
      : { latestDiagnosedMs: moved(incident.latestDiagnosedMs) }),
    closedMs: moved(incident.closedMs),
  };
}

function mapped<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
