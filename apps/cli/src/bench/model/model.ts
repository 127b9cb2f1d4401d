import {
  controlStabilityChecks,
  dynamicThresholdChecks,
  hashImbalanceChecks,
  hederaPatternChecks,
  hederaScaleChecks,
  interferenceChecks,
  ringAllReduceChecks,
  teOptimumCheck,
  type ModelCheck,
} from '@weir/sim';
import { progressLine } from '../outcomes/progress';
import { readPatterns } from './pattern-data';
import { highsSolver } from './solver';
import { readTeData, type TeData } from './te-data';

/** Matrices between two that are solved, unless all are: about 1,600 of 15,000. */
const STRIDE = 9;
/** Up to here a folder is a sample, of which all matrices are solved. */
const SMALL = 200;

export interface ModelBenchOptions {
  /** Folder with `meta-pods` and `hedera-patterns`. */
  readonly data: string;
  /** All matrices instead of every ninth. */
  readonly full: boolean;
  /** Shows the state of the bench; each call replaces the last one. */
  readonly progress: (line: string) => void;
  readonly now: () => number;
}

export interface SkippedCheck {
  readonly name: string;
  readonly reason: string;
}

export interface ModelReport {
  readonly bench: 'model';
  /** Whether every check that ran is within its tolerance; those that were skipped do not count. */
  readonly passed: boolean;
  readonly checks: readonly ModelCheck[];
  readonly skipped: readonly SkippedCheck[];
}

/** A part of the work: how much of it there is, and what it finds. */
interface Part {
  readonly name: string;
  readonly weight: number;
  readonly run: (onSolved: () => void) => readonly ModelCheck[];
}

/** Runs every independent check; those whose data is not there are named as skipped. */
export async function runModelBench(options: ModelBenchOptions): Promise<ModelReport> {
  const skipped: SkippedCheck[] = [];
  const parts: Part[] = [
    part('dynamic threshold', 1, dynamicThresholdChecks),
    part('control stability', 1, controlStabilityChecks),
    part('hash imbalance', 10, hashImbalanceChecks),
    part('ring AllReduce', 2, ringAllReduceChecks),
    part('interference', 60, interferenceChecks),
    ...patternParts(options.data, skipped),
    part('Hedera k=8, 16', 150, hederaScaleChecks),
    ...(await teParts(options, skipped)),
  ];
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const startedMs = options.now();
  let done = 0;
  const checks: ModelCheck[] = [];
  for (const { name, weight, run } of parts) {
    const before = done;
    const show = (): void =>
      options.progress(`${progressLine(done, total, options.now() - startedMs)}, ${name}`);
    show();
    checks.push(
      ...run(() => {
        done += 1;
        if (done % 50 === 0) show();
      }),
    );
    done = before + weight;
  }
  options.progress(progressLine(done, total, options.now() - startedMs));
  return { bench: 'model', passed: checks.every(({ passed }) => passed), checks, skipped };
}

const part = (name: string, weight: number, run: Part['run']): Part => ({ name, weight, run });

function patternParts(data: string, skipped: SkippedCheck[]): Part[] {
  const patterns = readPatterns(data);
  if (patterns === null) {
    skipped.push({ name: 'Hedera k=4', reason: `no hedera-patterns in ${data}` });
    return [];
  }
  return [...patterns].map(([name, flows]) =>
    part(`Hedera ${name}`, 4, () => hederaPatternChecks(name, flows)),
  );
}

async function teParts(options: ModelBenchOptions, skipped: SkippedCheck[]): Promise<Part[]> {
  const available = readTeData(options.data);
  if (available === null) {
    skipped.push({ name: 'TE optimum', reason: `no meta-pods in ${options.data}` });
    return [];
  }
  const solve = await highsSolver();
  return available.map(({ name, network, samples: all }: TeData) => {
    const stride = options.full || all.length <= SMALL ? 1 : STRIDE;
    const samples = all.filter((_, index) => index % stride === 0);
    const title = `${name}, ${samples.length} of ${all.length} matrices`;
    return part(`TE optimum ${name}`, samples.length, (onSolved) => [
      teOptimumCheck(title, network, samples, solve, onSolved),
    ]);
  });
}
