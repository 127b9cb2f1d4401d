import type { RouteWeights } from '../../model';
import { fabricOf, type Evidence } from '../evidence';
import type { Pass } from '../pass';
import { Allowance } from './allowance';
import type { Candidate } from './draft';
import { askExact } from './exact';
import { exposureGain } from './exposure';
import { percent, Plan } from './placement-plan';
import { stepFor } from './step';

/** Fewer frames than these since the last change of routes do not show who sends how much where. */
const MIN_FRAMES = 8;
/** With less of the gain than this it is better to wait for the devices that others hold. */
const WORTH_NOW = 0.6;
/** Senders to one port that make an incast. */
const MANY_SENDERS = 4;

/**
 * One change over many devices and prefixes that levels the links of the objective's paths: tier
 * by tier, each prefix that a device counts moves as a whole to one next hop, with both directions
 * in view (the choice of the spine decides the downlink). Links that are down, gray or slow are
 * left and not used; as few prefixes move as possible, within the policy's limits on devices.
 */
export function placementCandidate(
  pass: Pass,
  targetRatio: number,
  evidence: Evidence,
): Candidate | null {
  const { trend } = pass.observed;
  const view = fabricOf(pass);
  if (trend === null || view === null || trend.frames < MIN_FRAMES) return null;
  const allowance = new Allowance(pass);
  const step = stepFor(pass, evidence.state.objective.id);
  const plan = new Plan(pass, trend, view, evidence, allowance, step);
  const before = plan.hottest();
  plan.level(targetRatio);
  const after = plan.hottest();
  if (allowance.isShared) {
    const later = new Plan(pass, trend, view, evidence, new Allowance(pass, true), step);
    later.level(targetRatio);
    if (before - after < WORTH_NOW * (before - later.hottest())) return null;
  }
  if (plan.routes.length === 0 || !(after < before)) {
    // The next search finds the answer, if there is one.
    awaiting(pass, evidence, plan, before, after);
    return refusalOf(plan, before);
  }
  return {
    action: { type: 'reroute', routes: plan.routes },
    predicted: {
      gainRatio: gainOf(pass, evidence, plan.routes, before, after),
      uncertaintyRatio: 0.25,
      maxUtilizationBefore: before,
      maxUtilizationAfter: after,
      explanation:
        `moves ${plan.routes.length} prefixes on ${plan.devices} devices; the hottest link on the ` +
        `paths goes from ${percent(before)} to ${percent(after)} of its rate on average`,
    },
    method: plan.method,
    notes: [...plan.notes(), ...stepNotes(step)],
    ...awaiting(pass, evidence, plan, before, after),
  };
}

const stepNotes = (step: number): readonly string[] =>
  step < 1
    ? [
        `only ${percent(step)} of it at once: the last reroute is so new that its effect still comes`,
      ]
    : [];

/** With so much of what can be gained at all there is nothing to wait for. */
const MOST_OF_IT = 0.8;

/**
 * Asks the exact solver for what the methods here left open. Where they found most of what there
 * can be, nobody waits for the answer, and only the gap is known by it.
 */
function awaiting(
  pass: Pass,
  evidence: Evidence,
  plan: Plan,
  before: number,
  after: number,
): Pick<Candidate, 'awaits'> {
  const { open } = plan;
  if (open === null || !askExact(pass, evidence.state.objective.id, open, open.movables)) return {};
  const found = (before - after) / (before - Math.min(before, open.lowerBound));
  if (found >= MOST_OF_IT) return {};
  const possible = percent(open.utilization / open.lowerBound - 1);
  return { awaits: `the exact solver is asked, since up to ${possible} may be left to gain` };
}

/** A proof that no weights help is worth telling; that nothing was found is not. */
function refusalOf(plan: Plan, before: number): Candidate | null {
  const proof = plan.results.find(({ method }) => method === 'certificate');
  if (proof === undefined || plan.results.some(({ method }) => method === 'none')) return null;
  return {
    action: { type: 'reroute', routes: [] },
    predicted: {
      gainRatio: 0,
      uncertaintyRatio: 0,
      maxUtilizationBefore: before,
      maxUtilizationAfter: before,
      explanation:
        `no weights help: the links that this traffic has to take carry ` +
        `${percent(proof.lowerBound)} of their rate on average whatever is moved, and the hottest ` +
        `has ${percent(before)}`,
    },
    method: 'certificate',
    notes: plan.notes(),
  };
}

/**
 * A collective ends when its slowest link does, so it gets faster as the hottest link gets cooler;
 * an iteration saves the time that the link was busy for it. Latency follows the queues.
 */
function gainOf(
  pass: Pass,
  evidence: Evidence,
  routes: readonly RouteWeights[],
  before: number,
  after: number,
): number {
  const { metric } = evidence.state.objective;
  if (metric === 'request-latency') return exposureGain(pass, evidence, routes);
  // What the ports of the hosts are busy with no route can change.
  const ports = evidence.channels
    .filter((channel) => channel.toHost)
    .reduce((top, channel) => Math.max(top, channel.meanUtilizationRatio || 0), 0);
  // Where many senders overflow a port, the job waits for time-outs and not for the links.
  const waits = evidence.channels.some(
    (channel) => channel.toHost && channel.fanIn >= MANY_SENDERS && channel.pressure > 0.8,
  );
  if (waits) return 0;
  const busy = Math.max(before, ports);
  const cooler = Math.max(after, ports) / busy - 1;
  return metric === 'collective-time' ? cooler : cooler * Math.min(1, busy);
}
