import type { Violation } from '../oracles/oracle';

export interface SeedResult {
  readonly seed: number;
  /** Options that the seed drew, in order of their names. */
  readonly options: readonly string[];
  /** How often each of them truly hit something. */
  readonly fired: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** SHA-256 over the canonical text of every event of the timeline, in order. */
  readonly timelineHash: string;
  /** Changes by the state in which they ended. */
  readonly changes: Readonly<Record<string, number>>;
  readonly virtualMs: number;
}
