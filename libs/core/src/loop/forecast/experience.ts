import type { Experience } from './state';

/** Looks of either kind that are remembered. */
const REMEMBERED = 64;
/** Fewest times that an objective was hurt before its exposure is known to hurt it. */
const LEAST_HURT = 3;
/** Share of the looks at or above an exposure in which the objective was hurt. */
const CERTAIN = 0.8;
/** Looks with less than this share of the least exposure that hurt tell nothing. */
const RELEVANT = 0.5;

export const NO_EXPERIENCE: Experience = { hurt: [], fine: [] };

/** Remembers how the objective fared at an exposure. */
export function withLook(known: Experience, exposure: number, hurts: boolean): Experience {
  if (Number.isNaN(exposure)) return known;
  if (hurts) return { ...known, hurt: [...known.hurt, exposure].slice(-REMEMBERED) };
  const least = known.hurt.reduce((low, value) => Math.min(low, value), Infinity);
  // Idle hours must not wash out what was learnt at the exposures that matter.
  if (known.hurt.length > 0 && exposure < RELEVANT * least) return known;
  return { ...known, fine: [...known.fine, exposure].slice(-REMEMBERED) };
}

/**
 * The least exposure from which on the objective was nearly always hurt, null while none is known: it
 * was hurt too rarely to say, or it was as often fine under the same load, so that load is not what
 * hurts it.
 */
export function hurtfulExposure({ hurt, fine }: Experience): number | null {
  const looks = [
    ...hurt.map((exposure) => ({ exposure, hurts: 1 })),
    ...fine.map((exposure) => ({ exposure, hurts: 0 })),
  ].sort((a, b) => b.exposure - a.exposure || a.hurts - b.hurts);
  let [least, hurts]: [number | null, number] = [null, 0];
  looks.forEach((look, i) => {
    hurts += look.hurts;
    // Only between two different exposures is there a place for a limit.
    if (look.exposure === looks[i + 1]?.exposure) return;
    if (hurts >= LEAST_HURT && hurts >= CERTAIN * (i + 1) && look.hurts === 1)
      least = look.exposure;
  });
  return least;
}
