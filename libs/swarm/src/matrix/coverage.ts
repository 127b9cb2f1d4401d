import type { FaultOption } from '../faults/fault-option';
import type { SeedResult } from '../run/seed-result';

/** Rows of the fault matrix that are made happen in simulation (S in docs/safety.md). */
export const SIMULATED_ROWS: readonly number[] = [
  1, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 17, 18, 21, 22, 23, 24, 25, 26, 28, 34, 35, 36, 40, 42,
  43,
];

/** Row 42 is all the others together: options of several rows that hit within one seed. */
const COMBINED_ROW = 42;

export interface RowCoverage {
  readonly row: number;
  readonly options: readonly string[];
  /** Seeds that drew an option of the row. */
  readonly drawn: number;
  /** Seeds in which one of them truly hit something. */
  readonly fired: number;
  /** How often they hit, over all seeds. */
  readonly times: number;
  /** Seeds in which one hit and no invariant was violated. */
  readonly survived: number;
}

export interface Coverage {
  readonly seeds: number;
  readonly rows: readonly RowCoverage[];
  /** Rows in which nothing has hit. */
  readonly missing: readonly number[];
  /** Changes by the state in which they ended, over all seeds. */
  readonly changes: Readonly<Record<string, number>>;
}

type Known = Pick<FaultOption<never>, 'name' | 'rows'>;

/** How often each row of the matrix was made happen, and lived through. */
export function coverageOf(results: readonly SeedResult[], options: readonly Known[]): Coverage {
  const rows = SIMULATED_ROWS.map((row) => {
    const names = options.filter((item) => item.rows.includes(row)).map((item) => item.name);
    return row === COMBINED_ROW ? combined(results) : rowOf(row, names, results);
  });
  const changes: Record<string, number> = {};
  for (const result of results)
    for (const [state, count] of Object.entries(result.changes))
      changes[state] = (changes[state] ?? 0) + count;
  return {
    seeds: results.length,
    rows,
    missing: rows.filter(({ fired }) => fired === 0).map(({ row }) => row),
    changes,
  };
}

function rowOf(row: number, names: readonly string[], results: readonly SeedResult[]): RowCoverage {
  let [drawn, fired, times, survived] = [0, 0, 0, 0];
  for (const result of results) {
    if (!names.some((name) => result.options.includes(name))) continue;
    drawn++;
    const hits = names.reduce((sum, name) => sum + (result.fired[name] ?? 0), 0);
    if (hits === 0) continue;
    fired++;
    times += hits;
    if (result.violations.length === 0) survived++;
  }
  return { row, options: names, drawn, fired, times, survived };
}

function combined(results: readonly SeedResult[]): RowCoverage {
  const several = (names: readonly string[]): boolean => names.length > 1;
  const hit = results.filter(({ fired }) =>
    several(Object.keys(fired).filter((name) => (fired[name] ?? 0) > 0)),
  );
  return {
    row: COMBINED_ROW,
    options: [],
    drawn: results.filter(({ options }) => several(options)).length,
    fired: hit.length,
    times: hit.length,
    survived: hit.filter(({ violations }) => violations.length === 0).length,
  };
}
