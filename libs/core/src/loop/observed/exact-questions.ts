/** What an exact solver was asked about an objective's paths. */
export interface ExactQuestion {
  readonly id: string;
  /** Monotonic. */
  readonly askedMs: number;
  /** `device|prefix` and the next hops of its paths, in the order of the program. */
  readonly commodities: readonly { readonly key: string; readonly interfaces: readonly string[] }[];
  /** The best that the own methods found. */
  readonly utilization: number;
  /** Shares by commodity and path; null while there is none. */
  readonly answer: readonly (readonly number[])[] | null;
  readonly ended: boolean;
}

export interface ExactQuestions {
  readonly byObjective: ReadonlyMap<string, ExactQuestion>;
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  /** Why the last one failed; empty while none did. */
  readonly failure: string;
  /** Latest excess of the own methods over their certificate and over the optimum; NaN: none yet. */
  readonly openRatio: number;
  readonly gapRatio: number;
}

export const NO_QUESTIONS: ExactQuestions = {
  byObjective: new Map(),
  asked: 0,
  answered: 0,
  failed: 0,
  failure: '',
  openRatio: NaN,
  gapRatio: NaN,
};
