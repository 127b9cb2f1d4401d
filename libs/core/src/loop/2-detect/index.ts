import { incidentId, type Incident } from '../../model';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { burningIn, type Burning } from './burn-rate';
import { detectForeseen } from './foreseen';
import { heldAgainst } from './held-against';
import { nextSymptom } from './hysteresis';
import { symptomOf } from './symptom';

/** Stage 2. Runs each objective through its hysteresis; opens and closes incidents. */
export function detect(pass: Pass): void {
  if (pass.observed.frame === null) return;
  let changed = false;
  const objectives = new Map(pass.observed.objectives);
  for (const [id, before] of pass.observed.objectives) {
    const burning = burningOf(pass, before);
    const after = nextSymptom(before, pass.env.policy.detect, pass.now, burning !== null);
    if (after === before) continue;
    changed = true;
    objectives.set(id, after);
    const news = before.state !== 'clearing' && before.state !== 'breached';
    if (news && after.state === 'breached') open(pass, after, burning);
    // Also from `unknown`: an incident of an earlier process may be over.
    if (before.state !== 'healthy' && after.state === 'healthy')
      close(pass, after, 'the objective is met again');
  }
  if (changed) pass.observe({ objectives });
  closeOrphans(pass);
  detectForeseen(pass);
}

const openIncidentOf = (pass: Pass, objectiveId: string): Incident | undefined =>
  [...pass.durable.incidents.values()].find(
    (incident) => incident.state === 'open' && incident.objectiveId === objectiveId,
  );

function burningOf({ env, observed }: Pass, { burn }: ObjectiveState): Burning | null {
  const { detect } = env.policy;
  return burningIn(burn, detect.burn, observed.frame?.atMs ?? NaN, detect.minCount);
}

function open(pass: Pass, state: ObjectiveState, burning: Burning | null): void {
  // After a restart the incident of the earlier process may still be open: it is taken up.
  if (openIncidentOf(pass, state.objective.id) !== undefined) return;
  const number = pass.durable.incidentCount + 1;
  pass.record({
    kind: 'incident-opened',
    incident: {
      id: incidentId(`inc-${number}`),
      objectiveId: state.objective.id,
      ...symptomOf(state, pass.env.policy.detect, burning),
      state: 'open',
      observedMs: state.firstSeenWallMs,
      detectedMs: pass.now.wallMs,
      diagnosedMs: null,
      closedMs: null,
      healthyQuantileMs: Number.isNaN(state.healthyMs) ? null : state.healthyMs,
      degradedQuantileMs: state.quantileMs,
      heldAgainst: heldAgainst(pass, state),
      diagnosis: null,
      rule: null,
      changes: [],
      note: '',
    },
  });
}

function close(pass: Pass, state: ObjectiveState, reason: string): void {
  const incident = openIncidentOf(pass, state.objective.id);
  if (incident !== undefined) pass.record({ kind: 'incident-closed', id: incident.id, reason });
}

/** An incident whose objective is gone cannot be judged any more. */
function closeOrphans(pass: Pass): void {
  for (const incident of pass.durable.incidents.values())
    if (incident.state === 'open' && !pass.observed.objectives.has(incident.objectiveId))
      pass.record({
        kind: 'incident-closed',
        id: incident.id,
        reason: 'the objective was deleted',
      });
}
