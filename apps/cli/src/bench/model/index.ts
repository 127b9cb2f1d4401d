/**
 * The simulator held against figures that others found: optima, closed forms, measurements. The
 * checks are in the simulator; here are the data sets, the solver and the report.
 */
export { runModelBench, type ModelBenchOptions, type ModelReport } from './model';
export { modelText } from './text';
