import type { GrayLink, PathObservation } from '@weir/core/ports';
import { PathLosses } from './path-losses';

/** Nats beyond the logarithm of the number of links: one false link in 150 whole diagnoses. */
const DOUBT = 5;
/** Below this loss a link hurts nobody. */
const MIN_LOSS = 1e-4;
/** Links that promise most are fitted in each round. */
const FITTED = 6;
const SWEEPS = 3;
const LAST_SWEEPS = 60;
/** Of so many different observations most meet no bad link. */
const MANY = 256;

export interface GreedyLimits {
  /** More links than this are not named. */
  readonly maxLinks: number;
}

/**
 * Links that lose, those that explain most first. In each round the link joins whose loss, fitted to
 * all observations, raises their likelihood most; the noise and the losses found before are fitted
 * again with it, since it may have been what they explained. It ends when no link explains more than
 * chance would among so many, and drops those that the others turned out to explain. Where observations
 * are few, most of them may meet the bad link, and their mean would pass for noise and hide it: then it
 * begins with the quietest of them as well, and what is more likely in the end counts.
 */
export function greedyLikelihood(
  observations: readonly PathObservation[],
  { maxLinks }: GreedyLimits = { maxLinks: 32 },
): readonly GrayLink[] {
  const usual = searched(new PathLosses(observations), maxLinks);
  const { model, least } =
    usual.model.observations > MANY
      ? usual
      : moreLikely(usual, searched(new PathLosses(observations, 'quiet'), maxLinks));
  return [...model.suspects]
    .map((column) => ({ link: model.links[column] ?? -1, ...model.fit(column) }))
    .filter(({ loss, gain }) => loss >= MIN_LOSS && gain >= least)
    .map(({ link, loss, gain }) => ({ link, lossRatio: loss, gain }))
    .sort((a, b) => b.gain - a.gain || a.link - b.link);
}

const moreLikely = (one: Searched, other: Searched): Searched =>
  other.worth > one.worth ? other : one;

interface Searched {
  readonly model: PathLosses;
  /** What a link has to explain, nats. */
  readonly least: number;
  readonly worth: number;
}

function searched(model: PathLosses, maxLinks: number): Searched {
  const least = Math.log(Math.max(1, model.links.length)) + DOUBT;
  while (model.suspects.size < maxLinks) {
    const best = bestOf(model);
    if (best === null || best.gain < least) break;
    model.suspect(best.column, best.loss);
    model.refit(SWEEPS);
    if (drop(model, least).has(best.column)) break;
  }
  model.refit(LAST_SWEEPS);
  return { model, least, worth: model.worth(least) };
}

interface Fitted {
  readonly column: number;
  readonly loss: number;
  readonly gain: number;
}

function bestOf(model: PathLosses): Fitted | null {
  return model.links
    .map((_, column) => ({ column, promise: model.promise(column) }))
    .filter(({ column, promise }) => promise > 0 && !model.suspects.has(column))
    .sort((a, b) => b.promise - a.promise || a.column - b.column)
    .slice(0, FITTED)
    .map(({ column }) => ({ column, ...model.fit(column) }))
    .reduce<Fitted | null>(
      (top, item) => (top === null || item.gain > top.gain ? item : top),
      null,
    );
}

/** Takes out what the others explain by now. */
function drop(model: PathLosses, least: number): ReadonlySet<number> {
  const dropped = new Set<number>();
  for (const column of [...model.suspects])
    if (model.fit(column).gain < least) {
      model.clear(column);
      dropped.add(column);
    }
  if (dropped.size > 0) model.refit(1);
  return dropped;
}
