import { performance } from 'node:perf_hooks';
import { flightCost, type FlightCost } from '@weir/runtime';
import { program, unwrap } from './program';
import { readFlight } from './sources';

export interface FileCost extends FlightCost {
  readonly file: string;
  /** Time of the recorder over that of the passes themselves. */
  readonly ratio: number;
}

/** The first fold warms the compiler up; of the others the fastest counts. */
const FOLDS = 4;

export const measureFlights = (files: readonly string[]): FileCost[] =>
  files.map((file) => {
    const { entries } = readFlight(file);
    const costs = Array.from({ length: FOLDS }, () =>
      unwrap(
        file,
        flightCost(entries, program, () => performance.now()),
      ),
    );
    const [best] = costs
      .slice(1)
      .sort((a, b) => a.stepMs + a.recorderMs - (b.stepMs + b.recorderMs)) as [FlightCost];
    return { file, ...best, ratio: best.recorderMs / best.stepMs };
  });
