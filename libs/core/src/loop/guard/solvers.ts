import type { DeviceId } from '../../model';
import type {
  FillProblem,
  ReliefProblem,
  ReliefResult,
  RoutingModel,
  Spread,
  Strategies,
} from '../../ports';

/** A method of decision that threw, or whose answer cannot be. Ends the search for one incident. */
export class SolverFailure extends Error {
  constructor(
    readonly method: keyof Strategies,
    why: string,
  ) {
    super(`${method}: ${why}`);
    this.name = 'SolverFailure';
  }
}

type Failed = (failure: SolverFailure) => void;

/** The answer, or null where `why` says what is wrong with it. */
type Guard = <T>(
  method: keyof Strategies,
  ask: () => T,
  why: (answer: T) => string | null,
) => T | null;

/**
 * The strategies behind a wall. What they throw stays here, and an answer that cannot be (NaN, a
 * weight below zero, a choice that there is none of) is not used: figures become unknown, tests
 * undecided, routing stays the last good one, and where weights or places were asked for the search
 * ends with a `SolverFailure`, so that nothing is changed.
 */
export function sheltered(
  inner: Strategies,
  lastGood: () => RoutingModel | null,
  failed: Failed,
): Strategies {
  const guard: Guard = (method, ask, why) => answerOf(method, ask, why, failed);
  return {
    routing: (topology, routes) => {
      const model = guard(
        'routing',
        () => inner.routing(topology, routes),
        (answer) => (typeof answer?.spread === 'function' ? null : 'no model'),
      );
      return model === null ? (lastGood() ?? NOWHERE) : new ShelteredModel(model);
    },
    quantile: (boundsMs, counts, q) =>
      guard(
        'quantile',
        () => inner.quantile(boundsMs, counts, q),
        (value) => (Number.isNaN(value) || value >= 0 ? null : `${value} ms`),
      ) ?? NaN,
    ...choosing(inner, guard),
    ...hashing(inner, guard),
    // Without an answer nothing is known beyond what the two ends of each link say.
    grayLinks: (observations) =>
      guard(
        'grayLinks',
        () => inner.grayLinks(observations),
        (links) => {
          const odd = links.find(
            ({ lossRatio, gain }) => !(lossRatio >= 0 && lossRatio <= 1) || Number.isNaN(gain),
          );
          return odd === undefined ? null : `loss ${odd.lossRatio} of link ${odd.link}`;
        },
      ) ?? [],
    sequentialTest: (samples, scales) =>
      guard(
        'sequentialTest',
        () => inner.sequentialTest(samples, scales),
        ({ pValue }) => (pValue >= 0 && pValue <= 1 + 1e-9 ? null : `p value ${pValue}`),
      ) ?? { pValue: 1, mean: 0 },
    // With nothing to compare with a change is judged by its own time before.
    syntheticControl: (own, donors) =>
      guard(
        'syntheticControl',
        () => inner.syntheticControl(own, donors),
        (weights) =>
          weights.length === donors.length && weights.every((weight) => weight >= 0 && weight <= 1)
            ? null
            : `weights ${weights.join(', ')}`,
      ) ?? donors.map(() => 0),
    // Nothing is foreseen by an answer that cannot be.
    forecast: (problem) =>
      guard(
        'forecast',
        () => inner.forecast(problem),
        ({ value, lower, upper }) =>
          Number.isNaN(value) || (lower <= value && value <= upper)
            ? null
            : `${value} between ${lower} and ${upper}`,
      ) ?? { value: NaN, lower: NaN, upper: NaN, period: null },
  };
}

/** Chance explains what cannot be judged; then nothing is blamed on the hash. */
const hashing = (
  inner: Strategies,
  guard: Guard,
): Pick<Strategies, 'hashTail' | 'hashDependence'> => ({
  hashTail: (flows, links, most) =>
    guard(
      'hashTail',
      () => inner.hashTail(flows, links, most),
      (p) => (p >= 0 && p <= 1 + 1e-9 ? null : `probability ${p}`),
    ) ?? 1,
  hashDependence: (flows) =>
    guard(
      'hashDependence',
      () => inner.hashDependence(flows),
      ({ deviations, explainedRatio }) =>
        Number.isFinite(deviations) && explainedRatio >= 0 && explainedRatio <= 1
          ? null
          : `${deviations} deviations, of which ${explainedRatio}`,
    ) ?? { deviations: 0, explainedRatio: 0 },
});

/** Methods whose answers are written into devices. */
function choosing(
  inner: Strategies,
  guard: Guard,
): Pick<Strategies, 'fillWeights' | 'relieve' | 'stepSize' | 'bufferShare' | 'sizeBuffer'> {
  return {
    fillWeights: (problem) =>
      orEnd(
        'fillWeights',
        guard(
          'fillWeights',
          () => inner.fillWeights(problem),
          (weights) => oddWeights(weights, problem),
        ),
      ),
    relieve: (problem) =>
      orEnd(
        'relieve',
        guard(
          'relieve',
          () => inner.relieve(problem),
          (answer) => oddRelief(answer, problem),
        ),
      ),
    // Without a step nothing more is moved.
    stepSize: (delayIntervals) =>
      guard(
        'stepSize',
        () => inner.stepSize(delayIntervals),
        (step) => (step >= 0 && step <= 1 ? null : `step ${step}`),
      ) ?? 0,
    bufferShare: (question) =>
      orEnd(
        'bufferShare',
        guard(
          'bufferShare',
          () => inner.bufferShare(question),
          ({ exponent, limitBytes }) =>
            Number.isInteger(exponent) && exponent >= question.leastExponent && limitBytes >= 0
              ? null
              : `exponent ${exponent} for ${limitBytes} bytes`,
        ),
      ),
    sizeBuffer: (rule, inputs) =>
      guard(
        'sizeBuffer',
        () => inner.sizeBuffer(rule, inputs),
        (bytes) => (bytes >= 0 && bytes < Infinity ? null : `${bytes} bytes`),
      ) ?? NaN,
  };
}

function oddWeights(weights: readonly number[], problem: FillProblem): string | null {
  if (weights.length !== problem.residualBps.length) return `${weights.length} weights`;
  if (!weights.every((weight) => Number.isInteger(weight) && weight >= 0))
    return `weights ${weights.join(', ')}`;
  const entries = weights.reduce((sum, weight) => sum + weight, 0);
  return entries > 0 && entries <= problem.gridEntries ? null : `${entries} entries in all`;
}

function oddRelief(answer: ReliefResult, { items }: ReliefProblem): string | null {
  const { weights, before, after, lowerBound } = answer;
  if ([before, after, lowerBound].some(Number.isNaN)) return 'utilisation NaN';
  if (weights.length !== items.length) return `weights of ${weights.length} items`;
  const odd = items.findIndex(({ choices, gridEntries }, i) => {
    const own = weights[i] ?? null;
    if (own === null) return false;
    if (own.length !== choices.length) return true;
    const entries = own.reduce((sum, weight) => sum + weight, 0);
    const whole = own.every((weight) => Number.isInteger(weight) && weight >= 0);
    return !whole || entries <= 0 || entries > gridEntries;
  });
  return odd === -1 ? null : `weights ${weights[odd]?.join(', ') ?? 'none'} of item ${odd}`;
}

function answerOf<T>(
  method: keyof Strategies,
  ask: () => T,
  why: (answer: T) => string | null,
  failed: Failed,
): T | null {
  let reason: string | null;
  try {
    const answer = ask();
    reason = why(answer);
    if (reason === null) return answer;
  } catch (cause) {
    reason = cause instanceof Error ? cause.message : String(cause);
  }
  failed(new SolverFailure(method, reason));
  return null;
}

function orEnd<T>(method: keyof Strategies, answer: T | null): T {
  if (answer === null) throw new SolverFailure(method, 'gave no answer that can be used');
  return answer;
}

/** Knows no way to anywhere, which every check refuses; only before there was any model. */
const NOWHERE: RoutingModel = {
  spread: (at) => nowhere(at),
  owner: () => null,
  nextHops: () => [],
  peer: () => null,
  withRoutes: () => NOWHERE,
};

const nowhere = (at: DeviceId): Spread => ({
  shares: new Map(),
  problem: { kind: 'black-hole', at },
});

/** A spread that throws or has shares that cannot be leads nowhere, which every check refuses. */
class ShelteredModel implements RoutingModel {
  constructor(private readonly inner: RoutingModel) {}

  spread(from: DeviceId, prefix: string): Spread {
    try {
      const spread = this.inner.spread(from, prefix);
      return isSane(spread) ? spread : nowhere(from);
    } catch {
      // The reason shows as a prefix that ends here; the model may not stop the loop.
      return nowhere(from);
    }
  }

  owner(prefix: string) {
    return this.inner.owner(prefix);
  }

  nextHops(device: DeviceId, prefix: string) {
    return this.inner.nextHops(device, prefix);
  }

  peer(device: DeviceId, iface: string) {
    return this.inner.peer(device, iface);
  }

  withRoutes(changes: Parameters<RoutingModel['withRoutes']>[0]): RoutingModel {
    return new ShelteredModel(this.inner.withRoutes(changes));
  }
}

/** Spreads are shared by all prefixes that are routed alike: each is looked through once. */
const sane = new WeakMap<Spread, boolean>();

function isSane(spread: Spread): boolean {
  let answer = sane.get(spread);
  if (answer === undefined) {
    answer = [...spread.shares.values()].every((share) => share >= 0 && share <= 1 + 1e-6);
    sane.set(spread, answer);
  }
  return answer;
}
