import { HighsSolver } from '@weir/adapter-solver-highs';
import type { ControllerConfigSpec } from '@weir/contracts';
import type { ExactSolver } from '@weir/core/ports';

/** The solver that the loop may ask; its thread begins with the first question. */
export const exactSolverOf = ({ exactSolver }: ControllerConfigSpec): ExactSolver | null =>
  exactSolver.enabled ? new HighsSolver() : null;
