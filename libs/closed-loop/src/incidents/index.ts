/**
 * Incidents drawn from a seed, each with one known cause: a small random fabric, random workloads,
 * a moment, a place and a severity. Whether the objective is truly hurt is measured in the
 * simulated world and not assumed: what does not hurt is drawn again.
 */
export { drawIncident, drawIncidentOf, type DrawnIncident } from './draw-incident';
export { drawHealthy, isHealthy } from './healthy';
export { hurtOf, type Hurt } from './hurt';
export { isRight, TRUTH_CAUSES, TRUTHS, type TruthCause } from './truths';
