import type { ScenarioDocument } from '@weir/contracts';
import type { Scenario } from '../build/scenario';
import { metricOf } from '../build/measures';
import type { ChangeResult, ExpectationResult, RunResult } from '../result';

type Facts = Omit<RunResult, 'digest' | 'expectations'>;
type Expect = ScenarioDocument['spec']['expect'];
type Range = { readonly min?: number | undefined; readonly max?: number | undefined };
const PATH = 'spec.expect';

/** What the file expects of a run with the loop on, each against what came of it. */
export function checkExpectations(scenario: Scenario, facts: Facts): ExpectationResult[] {
  const { expect } = scenario.document.spec;
  const applied = facts.changes.filter((change) => change.applied);
  const having = (fits: (change: ChangeResult) => boolean): number => applied.filter(fits).length;
  return [
    ...inRange('incidents', expect.incidents, facts.incidents.length),
    ...causes(expect, facts),
    ...rules(expect, applied),
    ...inRange('changes', expect.changes, applied.length),
    ...inRange(
      'kept',
      expect.kept,
      having(({ outcome }) => outcome === 'kept'),
    ),
    ...inRange(
      'undone',
      expect.undone,
      having(({ outcome }) => outcome === 'undone'),
    ),
    ...inRange('wrongVerdicts', expect.wrongVerdicts, having(isWrong)),
    ...inRange(
      'harmfulKept',
      expect.harmfulKept,
      having(({ score }) => score === 'kept-but-harmful'),
    ),
    ...reaction(expect, scenario, applied),
    ...measures(expect, scenario, facts),
  ];
}

const isWrong = ({ score }: ChangeResult): boolean =>
  score !== null && score !== 'right' && score !== 'unsettled';

function inRange(name: string, range: Range | undefined, actual: number): ExpectationResult[] {
  const results: ExpectationResult[] = [];
  const { min, max } = range ?? {};
  if (min !== undefined)
    results.push(result(`${name}.min`, `at least ${min}`, String(actual), actual >= min));
  if (max !== undefined)
    results.push(result(`${name}.max`, `at most ${max}`, String(actual), actual <= max));
  return results;
}

const result = (
  field: string,
  expected: string,
  actual: string,
  passed: boolean,
): ExpectationResult => ({ path: `${PATH}.${field}`, expected, actual, passed });

function causes(expect: Expect, facts: Facts): ExpectationResult[] {
  const first = facts.incidents.map((incident) => incident.causes[0]);
  const results: ExpectationResult[] = [];
  const { causes: allowed, causeAt } = expect;
  if (allowed !== undefined) {
    const names = first.map((cause) => cause?.name ?? 'none');
    const passed = names.every((name) => allowed.includes(name));
    results.push(result('causes', allowed.join(' or '), names.join(', ') || 'none', passed));
  }
  if (causeAt !== undefined) {
    const places = first.map((cause) => cause?.at ?? 'nowhere');
    const passed = places.some((place) => causeAt.includes(place));
    results.push(result('causeAt', causeAt.join(' or '), places.join(', ') || 'nowhere', passed));
  }
  return results;
}

function rules(expect: Expect, applied: readonly ChangeResult[]): ExpectationResult[] {
  const { rules: allowed } = expect;
  if (allowed === undefined) return [];
  const made = [...new Set(applied.flatMap(({ rule }) => rule ?? []))];
  const passed = made.every((rule) => allowed.includes(rule));
  return [result('rules', allowed.join(' or ') || 'none', made.join(', ') || 'none', passed)];
}

function reaction(
  expect: Expect,
  { windows }: Scenario,
  applied: readonly ChangeResult[],
): ExpectationResult[] {
  const limitMs = expect.firstChangeWithinMs;
  if (limitMs === undefined) return [];
  const fromMs = windows.before.toMs;
  const first = Math.min(...applied.map(({ times }) => times.applying ?? Infinity));
  const took = first - fromMs;
  const actual = Number.isFinite(took) ? `${Math.round(took)} ms` : 'no change';
  return [result('firstChangeWithinMs', `within ${limitMs} ms`, actual, took <= limitMs)];
}

function measures(expect: Expect, scenario: Scenario, facts: Facts): ExpectationResult[] {
  return expect.measures.flatMap((wanted, i) => {
    const metric = metricOf(wanted, scenario.jobs, `${PATH}.measures[${i}]`);
    if (!metric.ok) return [];
    const recorded = facts.measures.find(
      (measure) =>
        measure.workload === wanted.workload &&
        measure.metric === metric.value &&
        measure.quantile === wanted.quantile,
    );
    const value = recorded?.windows[wanted.window].headline ?? null;
    const before = recorded?.windows.before.headline ?? null;
    const check = (field: string, limit: number, fits: (value: number) => boolean) =>
      result(
        `measures[${i}].${field}`,
        `${wanted.workload} ${metric.value} ${field} ${rounded(limit)}`,
        value === null ? 'not measured' : rounded(value),
        value !== null && fits(value),
      );
    const { max, min, maxRatioToBefore: ratio } = wanted;
    return [
      ...(max === undefined ? [] : [check('max', max, (v) => v <= max)]),
      ...(min === undefined ? [] : [check('min', min, (v) => v >= min)]),
      ...(ratio === undefined
        ? []
        : [check('maxRatioToBefore', ratio * (before ?? NaN), (v) => v <= ratio * (before ?? 0))]),
    ];
  });
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
