/** One figure of the simulator beside the figure that somebody else found. */
export interface ModelCheck {
  readonly name: string;
  /** Paper, data set or law that the expected figure is from. */
  readonly source: string;
  /** What was run, and what had to be assumed for it. */
  readonly setup: string;
  readonly expected: number;
  readonly got: number;
  /** `|got - expected|`, in the unit of both. */
  readonly error: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** The verdict: within the tolerance, and a number at all. */
export function compare(
  about: Pick<ModelCheck, 'name' | 'source' | 'setup' | 'expected' | 'got' | 'tolerance'>,
): ModelCheck {
  const error = Math.abs(about.got - about.expected);
  return { ...about, error, passed: error <= about.tolerance };
}
