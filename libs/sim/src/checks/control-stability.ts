import { compare, type ModelCheck } from './check';

/** Published boundary of the gain for a delay of 0, 1, 2, 3 intervals. */
const BOUNDARIES = [2, 1, 0.618, 0.445];
const STEPS = 4_000;

/**
 * An integrator that acts on what it saw d intervals ago, x(t+1) = x(t) - a x(t-d): the gain from
 * which on it does not settle, found by running it. The controller's largest step is held against
 * these: 0.25 with one interval of delay, 0.15 with two, 0.10 with three.
 */
export function controlStabilityChecks(): ModelCheck[] {
  return BOUNDARIES.map((expected, delay) =>
    compare({
      name: `control stability: boundary of the gain at delay ${delay}`,
      source: 'Levin and May, Theor. Pop. Biol. 9, 1976: 2 sin(pi / (2 (2 d + 1)))',
      setup: `x(t+1) = x(t) - a x(t-${delay}) from a step, bisection on whether it dies out`,
      expected,
      got: boundary(delay),
      tolerance: 2e-3,
    }),
  );
}

function boundary(delay: number): number {
  let stable = 0.01;
  let unstable = 3;
  while (unstable - stable > 1e-5) {
    const gain = (stable + unstable) / 2;
    if (diesOut(gain, delay)) stable = gain;
    else unstable = gain;
  }
  return stable;
}

/** Below this a run has died out; nearer to zero doubles lose their precision. */
const NOTHING = 1e-200;

/** Whether the last tenth of the run is smaller than the tenth before it. */
export function diesOut(gain: number, delay: number): boolean {
  const past = new Array<number>(delay + 1).fill(1);
  const tenth = STEPS / 10;
  let [before, last] = [0, 0];
  for (let t = 0; t < STEPS; t++) {
    const next = (past[delay] as number) - gain * (past[0] as number);
    past.push(next);
    past.shift();
    if (Math.abs(next) > 1e6) return false;
    if (t >= STEPS - tenth) last = Math.max(last, Math.abs(next));
    else if (t >= STEPS - 2 * tenth) before = Math.max(before, Math.abs(next));
  }
  return last < NOTHING || last < before;
}
