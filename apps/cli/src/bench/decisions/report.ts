/** What a section is given. */
export interface SectionContext {
  /** Folder with the data sets. */
  readonly data: string;
  /** Everything, however long it takes, instead of a sample. */
  readonly full: boolean;
  /** Of everything random in the run; printed with the report. */
  readonly seed: number;
  /** Incidents of each cause in section `causes`; absent: as many as it takes by default. */
  readonly causes?: number | undefined;
  /** Shows how far this section is; each call replaces the last one. */
  readonly progress: (done: number, total: number, what: string) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** A figure of the run, next to what the project wants it to be. */
export interface Figure {
  readonly name: string;
  readonly got: number;
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | null;
  /** Null without a target. */
  readonly met: boolean | null;
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface Section {
  readonly name: string;
  /** How the figures came about, a sentence each. */
  readonly method: readonly string[];
  /** Rows of a table have the same keys, which are its titles. */
  readonly tables: readonly { readonly title: string; readonly rows: readonly Row[] }[];
  readonly figures: readonly Figure[];
  /** What could not be run, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export interface SectionRunner {
  readonly name: string;
  readonly run: (context: SectionContext) => Promise<Section>;
}

export interface DecisionsReport {
  readonly bench: 'decisions';
  readonly seed: number;
  readonly full: boolean;
  /** Whether every figure with a target meets it; what was skipped does not count. */
  readonly met: boolean;
  readonly sections: readonly Section[];
}

export const figure = (name: string, got: number, target: Figure['target'] = null): Figure => ({
  name,
  got,
  target,
  met: target === null ? null : 'atMost' in target ? got <= target.atMost : got >= target.atLeast,
});
