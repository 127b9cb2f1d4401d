/**
 * How good the loop's methods decide, each held against an optimum, a truth or a published figure:
 * one section for each method, in the order of the loop.
 */
import { CliError } from '../../cli-error';
import { progressLine } from '../outcomes/progress';
import type { DecisionsReport, Section, SectionContext, SectionRunner } from './report';
import { causesSection } from './causes';
import { forecastSection } from './forecast';
import { solverSection } from './solver';
import { stepsSection } from './steps';
import { teSection } from './te';
import { verdictsSection } from './verdicts';

export type { DecisionsReport, Figure, Section, SectionContext } from './report';
export { decisionsText } from './text';

const SECTIONS: readonly SectionRunner[] = [
  teSection,
  solverSection,
  forecastSection,
  causesSection,
  verdictsSection,
  stepsSection,
];

export interface DecisionsOptions extends Omit<SectionContext, 'progress'> {
  /** Names of sections; null: all. */
  readonly only: readonly string[] | null;
  /** Shows the state of the bench; each call replaces the last one. */
  readonly progress: (line: string) => void;
}

/** Refuses names of sections that there are not. */
export async function runDecisions(options: DecisionsOptions): Promise<DecisionsReport> {
  const { only, progress, ...context } = options;
  const wanted = only === null ? SECTIONS : SECTIONS.filter(({ name }) => only.includes(name));
  const unknown = only?.find((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown !== undefined)
    throw new CliError({
      code: 'request-invalid',
      reason: `no section ${unknown}; there are ${SECTIONS.map(({ name }) => name).join(', ')}`,
      where: '--only',
    });
  const sections: Section[] = [];
  for (const { name, run } of wanted) {
    const startedMs = context.now();
    sections.push(
      await run({
        ...context,
        progress: (done, total, what) =>
          progress(`${progressLine(done, total, context.now() - startedMs)}, ${name}: ${what}`),
      }),
    );
  }
  const met = sections.every(({ figures }) => figures.every((one) => one.met !== false));
  return { bench: 'decisions', seed: context.seed, full: context.full, met, sections };
}
