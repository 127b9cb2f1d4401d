import type { Random } from '@weir/core/base';

/** One time at which a fault begins and ends, ms since the start of the run. */
export interface FaultWindow {
  readonly option: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * One way in which the world can fail. A seed draws some of the options, not all (swarm testing,
 * Groce et al., ISSTA 2012), and each that was drawn plans its own times from its own randomness.
 */
export interface FaultOption<Plant> {
  /** Kebab-case; what `--faults` takes. */
  readonly name: string;
  /** Rows of the fault matrix in docs/safety.md that it makes happen. */
  readonly rows: readonly number[];
  readonly description: string;
  /**
   * Arms the fault on the plant. Whatever it breaks it hands to `plant.heal`, so that the liveness
   * phase begins in a healthy world. Calls `plant.fired(name, where)` each time that it truly hit.
   */
  arm(plant: Plant, random: Random, safetyMs: number): void;
}
