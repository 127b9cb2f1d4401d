import { incidentId, type Incident } from '../../model';
import { isTerminal } from '../../change';
import { diagnoseObjective, type Diagnosed } from '../evidence';
import { foreseeing, futurePass, type Foresight } from '../forecast';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { heldAgainst } from './held-against';

/** Rounds in a row in which a breach is foreseen before anybody is told. */
const LEAST_ROUNDS = 2;

/**
 * Opens an incident before the breach: the upper end of the interval exposes an objective to as much
 * as is known to hurt it, and the condition of a rule that foresees holds there. Closes it when its
 * time is over; a breach that comes all the same takes it up like any other.
 */
export function detectForeseen(pass: Pass): void {
  if (!pass.looked || pass.observed.holdReason !== '') return;
  closeForeseen(pass);
  for (const [id, foresight] of pass.observed.forecast?.foresights ?? []) {
    const state = pass.observed.objectives.get(id);
    if (state?.state !== 'healthy' || foresight.rounds < LEAST_ROUNDS) continue;
    if (Number.isNaN(state.quantileMs) || isOpen(pass, id)) continue;
    const future = futurePass(pass, state, 'upper');
    const diagnosed = future === null ? null : diagnoseObjective(future, id);
    if (diagnosed === null) continue;
    const { rules } = foreseeing(pass.env.policy);
    if (rules.some((rule) => rule.enter(diagnosed.facts))) open(pass, state, foresight, diagnosed);
  }
}

const isOpen = (pass: Pass, objectiveId: string): boolean =>
  [...pass.durable.incidents.values()].some(
    (incident) => incident.state === 'open' && incident.objectiveId === objectiveId,
  );

function open(
  pass: Pass,
  state: ObjectiveState,
  { dueMs }: Foresight,
  { diagnosis }: Diagnosed,
): void {
  const seconds = Math.round((dueMs - pass.now.monoMs) / 1000);
  pass.record({
    kind: 'incident-opened',
    incident: {
      id: incidentId(`inc-${pass.durable.incidentCount + 1}`),
      symptom: 'foreseen',
      objectiveId: state.objective.id,
      state: 'open',
      observedMs: pass.now.wallMs,
      detectedMs: pass.now.wallMs,
      diagnosedMs: pass.now.wallMs,
      closedMs: null,
      healthyQuantileMs: Number.isNaN(state.healthyMs) ? null : state.healthyMs,
      degradedQuantileMs: state.quantileMs,
      heldAgainst: heldAgainst(pass, state),
      diagnosis,
      rule: null,
      changes: [],
      note: `foreseen in about ${Math.max(0, seconds)} s`,
    },
  });
}

function closeForeseen(pass: Pass): void {
  for (const incident of pass.durable.incidents.values()) {
    if (incident.state !== 'open' || incident.symptom !== 'foreseen') continue;
    if (pass.observed.forecast?.foresights.has(incident.objectiveId) === true) continue;
    // What came true is closed when the objective is met again.
    if (pass.observed.objectives.get(incident.objectiveId)?.state !== 'healthy') continue;
    const states = statesOf(pass, incident);
    if (!states.every(isTerminal)) continue;
    const reason = states.includes('confirmed')
      ? 'what was foreseen was averted'
      : 'what was foreseen is not foreseen any more, and did not come';
    pass.record({ kind: 'incident-closed', id: incident.id, reason });
  }
}

const statesOf = (pass: Pass, { changes }: Incident) =>
  changes.flatMap((id) => pass.durable.changes.get(id)?.state ?? []);
