import type { Cause } from '../../model';
import type { AcrossTiers } from './across-tiers';
import type { Evidence } from './gather';
import type { HotSpot } from './hot-spots';
import { clamp, weigh, type Signal } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
const times = (ratio: number): string => `${ratio.toFixed(1)} times`;

/** Prefixes that are few enough to be told apart as elephants. */
const FEW_PREFIXES = 4;

/** One of several parallel links has more than its weights would give it. */
export function unevenHash(
  spot: HotSpot,
  { unevenRatio, polarisedDeviations }: Evidence['limits'],
): Cause | null {
  if (spot.toHost || spot.parallelLinks < 2) return null;
  const beyond = Math.min(
    Number.isNaN(spot.overExpectedRatio) ? spot.imbalanceRatio : spot.overExpectedRatio,
    spot.imbalanceRatio,
  );
  const strength: readonly Signal[] = [
    ['pressure', spot.pressure, spot.pressure],
    ['imbalance', beyond, clamp((beyond - unevenRatio) / 0.35)],
  ];
  const ratio = `${spot.key} carries ${times(spot.imbalanceRatio)} the mean of its ${spot.parallelLinks} parallel links`;
  return (
    polarised(spot, strength, ratio, polarisedDeviations) ?? elephantFlow(spot, strength, ratio)
  );
}

/** Of what links are uneven, this share goes with the tier before where its hash is used again. */
const REUSED = 0.5;

/**
 * The hash puts the load there: each switch of the tier by itself is further from an even hash than
 * chance explains, or the links that traffic takes follow from those that it took one tier before.
 */
function polarised(
  spot: HotSpot,
  uneven: readonly Signal[],
  ratio: string,
  certain: number,
): Cause | null {
  const { hash } = spot;
  if (hash === null || hash.switches < 2) return null;
  const across = hash.across ?? null;
  const reused = across !== null && across.deviations > certain && across.explainedRatio > REUSED;
  if (!(hash.z > certain || reused)) return null;
  return weigh(
    'ecmp-polarisation',
    spot.key,
    [
      ...uneven,
      ['hash-deviations', hash.z, reused ? 0.99 : 0.97],
      ...(across === null
        ? []
        : [['tiers-deviations', across.deviations, reused ? 0.99 : 1] as const]),
    ],
    [
      ratio,
      `${spot.idleLinks} of these carry nearly nothing`,
      `${hash.switches} switches of this tier together are ${hash.z.toFixed(1)} deviations from an even hash; ` +
        `${hash.withIdleLinks} of them leave links empty`,
      ...(across === null ? [] : [tiersSentence(across, reused)]),
    ],
  );
}

function tiersSentence(
  { deviations, explainedRatio, nextHops, links, emptyCells }: AcrossTiers,
  reused: boolean,
): string {
  const table = `of ${nextHops} next hops of the tier before with ${links} links each, ${emptyCells} pairs are hardly used`;
  return reused
    ? `which link traffic takes follows from its link one tier before, by ${deviations.toFixed(1)} deviations, which is ${percent(explainedRatio)} of the unevenness: one hash decides in both tiers (${table})`
    : `which link traffic takes does not follow from its link one tier before (${deviations.toFixed(1)} deviations): the hash of this tier is narrow by itself (${table})`;
}

/** Share of a link that elephants have to make up to be why it is full. */
const ELEPHANTS_FROM = 0.3;
const ELEPHANTS_CERTAIN = 0.6;

/**
 * A few large flows: traffic that goes one way as a whole where the weights would spread it, on
 * however many of the parallel links; or a link with more than its weights give it and few prefixes.
 */
function elephantFlow(spot: HotSpot, uneven: readonly Signal[], ratio: string): Cause | null {
  const few = spot.fewest > 0 && spot.fewest <= FEW_PREFIXES;
  const whole = clamp((spot.elephantRatio - ELEPHANTS_FROM) / (ELEPHANTS_CERTAIN - ELEPHANTS_FROM));
  const seen = weigh(
    'elephant-flow',
    spot.key,
    [
      ['pressure', spot.pressure, spot.pressure],
      ['elephants', spot.elephants, few ? 0.96 : 0],
      ['elephant-share', spot.elephantRatio, whole],
    ],
    [
      `${spot.elephants} large flows take ${spot.key} as a whole and make up ${percent(spot.elephantRatio)} of it`,
      `they have had more than a tenth of their host's port for ${(spot.elephantMs / 1000).toFixed(0)} s; the largest goes to ${spot.largestPrefix}`,
    ],
  );
  const inferred = weigh(
    'elephant-flow',
    spot.key,
    [...uneven, ['prefixes', spot.fewest, few ? 0.95 : 0.6]],
    [ratio, `${spot.fewest} prefixes make up 80 % of it, the largest is ${spot.largestPrefix}`],
  );
  return (seen?.score ?? 0) >= (inferred?.score ?? 0) ? seen : inferred;
}
