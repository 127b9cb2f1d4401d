import { drawBeta, fnv1a, seededRandom, type Random } from '../../base';
import { TRAFFIC_CLASSES, type Cause, type DeviceId, type Experience } from '../../model';
import { faded, learningKey } from '../../state';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** Where a decision stands: what experience counts as the same, and the numbers that it draws. */
export interface Standpoint {
  readonly cause: string;
  /** Traffic class and layer of the cause's place. */
  readonly context: string;
  /** The same at every look until another change is made, so that the answer does not flicker. */
  readonly random: Random;
}

export function standpointOf(
  pass: Pass,
  { objective }: ObjectiveState,
  cause: Cause | undefined,
  incident: string,
): Standpoint {
  const at = cause?.at ?? '';
  const device = pass.env.topology.devices.get(at.split(':')[0] as DeviceId);
  const known = TRAFFIC_CLASSES.includes(objective.class) ? objective.class : 'any';
  const seed = `${pass.env.policy.hash}|${pass.durable.changeCount}|${incident}`;
  return {
    cause: cause?.name ?? 'unknown',
    context: `${known}/${device?.role ?? 'any'}`,
    random: seededRandom(fnv1a(seed)),
  };
}

/** What verdicts said of the action so far, as of now; null when there was none. */
export function experienceOf(
  pass: Pass,
  { cause, context }: Standpoint,
  action: string,
): Experience | null {
  const known = pass.durable.learning.get(learningKey({ cause, action, context }));
  if (known === undefined) return null;
  return faded(known, pass.now.wallMs, pass.env.policy.learning.halfLifeMs);
}

export interface Option {
  /** Options of one action share what is known of it. */
  readonly action: string;
  readonly experience: Experience | null;
}

export interface Turn {
  /** Index of the option whose turn it is. */
  readonly index: number;
  /** `order`: nothing speaks against the first. `drawn`: by its chances. `floor`: to keep it alive. */
  readonly by: 'order' | 'drawn' | 'floor';
  /** What was drawn for the chosen option and for the first one. */
  readonly drawn: number;
  readonly drawnFirst: number;
}

/** Fewer failures than this, faded, are an accident and change no order. */
const DOUBTED_FROM = 1.5;

/** Successes that the first of the options is credited with; each further one with half of it. */
const TRUST_IN_ORDER = 2;

export const isDoubted = ({ experience }: Option): boolean =>
  experience !== null && experience.failed >= DOUBTED_FROM;

/**
 * Whose turn it is. The options come in the order of the policy, and in it they stand while nothing
 * speaks against the first. Once verdicts do, chances are drawn (Thompson 1933; Beta posterior of
 * successes and failures, with a prior that trusts the order), and each action has at least the
 * chance `floor` all the same. Consumes nothing of `random`: the same one gives the same turn.
 */
export function turnOf(options: readonly Option[], floor: number, random: Random): Turn {
  const [first] = options;
  const inOrder: Turn = { index: 0, by: 'order', drawn: 0, drawnFirst: 0 };
  if (first === undefined || !isDoubted(first)) return inOrder;
  const indexOf = new Map<string, number>();
  options.forEach(({ action }, index) => {
    if (!indexOf.has(action)) indexOf.set(action, index);
  });
  const indices = [...indexOf.values()];
  if (indices.length === 1) return inOrder;
  const draws = indices.map((index, place) => drawOf(options[index] as Option, place, random));
  const drawnFirst = draws[0] as number;
  const turn = (place: number, by: Turn['by']): Turn => ({
    index: indices[place] as number,
    by,
    drawn: draws[place] as number,
    drawnFirst,
  });
  const least = Math.min(floor, 1 / indices.length);
  const kept = Math.floor(random.fork(`floor ${indices.length}`).next() / least);
  if (kept < indices.length) return turn(kept, 'floor');
  return turn(draws.indexOf(Math.max(...draws)), 'drawn');
}

function drawOf({ action, experience }: Option, place: number, random: Random): number {
  const helped = 1 + TRUST_IN_ORDER / 2 ** place + (experience?.helped ?? 0);
  return drawBeta(random.fork(action), helped, 1 + (experience?.failed ?? 0));
}
