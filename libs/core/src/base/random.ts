/** Deterministic random numbers: the same seed gives the same run on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Integer uniform in [0, bound). */
  below(bound: number): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** An independent stream, so that adding a consumer does not shift the others. */
  fork(label: string): Random;
  /** The same stream from here on, in the same state: both give the same numbers. */
  copy(): Random;
}

/** FNV-1a, 32 bits: short stable hashes for seeds and buckets, not for integrity. */
export function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

/** Mulberry32: 32 bits of state, period 2^32, passes gjrand's small tests; ample for simulation. */
export function seededRandom(seed: number): Random {
  return mulberry32(seed, seed >>> 0);
}

function mulberry32(seed: number, start: number): Random {
  let state = start;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    exponential: (mean) => -mean * Math.log(1 - next()),
    fork: (label) => seededRandom(fnv1a(label, (seed ^ 0x811c9dc5) >>> 0)),
    copy: () => mulberry32(seed, state),
  };
}
