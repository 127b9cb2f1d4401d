export interface BackOffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
  /** A session that lasted this long in health starts the series anew. */
  readonly healthyMs: number;
}

/**
 * Waiting times between attempts: doubled each time up to a limit, with a random half so that a
 * fabric that was cut off does not come back in step. Only a healthy spell resets them, because
 * a target that accepts and then fails would otherwise be asked in a tight loop.
 */
export class BackOff {
  private attempt = 0;

  constructor(
    private readonly limits: BackOffLimits,
    private readonly random: () => number,
  ) {}

  /** `healthyForMs`: how long the session that just ended had been in sync. */
  nextMs(healthyForMs: number): number {
    if (healthyForMs >= this.limits.healthyMs) this.attempt = 0;
    const full = Math.min(this.limits.mostMs, this.limits.firstMs * 2 ** this.attempt);
    this.attempt = Math.min(this.attempt + 1, 30);
    return full / 2 + (this.random() * full) / 2;
  }
}
