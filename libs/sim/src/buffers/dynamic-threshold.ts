/** What wants a place in a switch's buffer at one instant. */
export interface BufferClaim {
  /** alpha of the dynamic threshold, 2^scalingFactor; null: static limit. */
  readonly alpha: number | null;
  readonly dedicatedBytes: number;
  readonly staticLimitBytes: number;
  /** Depth that the senders hold, or Infinity when they fill whatever they get. */
  readonly wantedBytes: number;
}

export interface BufferShares {
  /** Depth of each claim. */
  readonly depthBytes: Float64Array;
  readonly saturated: readonly boolean[];
  /** Shared buffer that nobody uses. */
  readonly freeBytes: number;
}

/**
 * Fixed point of Choudhury and Hahne's dynamic threshold: every queue may grow to its dedicated
 * part plus alpha x free. N saturated queues of one alpha hold alpha x B / (1 + alpha x N) each
 * and leave B / (1 + alpha x N) free. Queues that want less keep what they want.
 */
export function shareBuffer(sharedBytes: number, claims: readonly BufferClaim[]): BufferShares {
  const saturated = claims.map((claim) => claim.wantedBytes === Infinity);
  let freeBytes = sharedBytes;
  // Each round saturates at least one more claim or ends, so it cannot run longer than this.
  for (let round = 0; round <= claims.length; round++) {
    freeBytes = freeWith(sharedBytes, claims, saturated);
    let grew = false;
    for (let i = 0; i < claims.length; i++) {
      const claim = claims[i] as BufferClaim;
      if (saturated[i] === true || claim.wantedBytes <= limitOf(claim, freeBytes)) continue;
      saturated[i] = true;
      grew = true;
    }
    if (!grew) break;
  }
  const depthBytes = new Float64Array(claims.length);
  for (let i = 0; i < claims.length; i++) {
    const claim = claims[i] as BufferClaim;
    depthBytes[i] = saturated[i] === true ? limitOf(claim, freeBytes) : claim.wantedBytes;
  }
  return { depthBytes, saturated, freeBytes };
}

export function limitOf(
  claim: Pick<BufferClaim, 'alpha' | 'dedicatedBytes' | 'staticLimitBytes'>,
  freeBytes: number,
): number {
  if (claim.alpha === null) return claim.dedicatedBytes + claim.staticLimitBytes;
  return claim.dedicatedBytes + claim.alpha * freeBytes;
}

/** Room that a queue finds which fills up while the others stay: its own growth shrinks it. */
export function roomFor(
  claim: Pick<BufferClaim, 'alpha' | 'dedicatedBytes' | 'staticLimitBytes'>,
  freeBytes: number,
): number {
  if (claim.alpha === null) {
    return claim.dedicatedBytes + Math.min(claim.staticLimitBytes, freeBytes);
  }
  return claim.dedicatedBytes + (claim.alpha * freeBytes) / (1 + claim.alpha);
}

function freeWith(
  sharedBytes: number,
  claims: readonly BufferClaim[],
  saturated: readonly boolean[],
): number {
  let held = 0;
  let alphas = 0;
  for (let i = 0; i < claims.length; i++) {
    const claim = claims[i] as BufferClaim;
    if (saturated[i] !== true) held += Math.max(0, claim.wantedBytes - claim.dedicatedBytes);
    else if (claim.alpha === null) held += claim.staticLimitBytes;
    else alphas += claim.alpha;
  }
  return Math.max(0, sharedBytes - held) / (1 + alphas);
}
