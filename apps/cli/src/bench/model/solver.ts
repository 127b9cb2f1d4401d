import loadHighs from 'highs';
import type { LinearSolver } from '@weir/sim';

/** HiGHS, compiled to WebAssembly; NaN for a program without an optimum. */
export async function highsSolver(): Promise<LinearSolver> {
  const highs = await loadHighs();
  return (program) => {
    const solution = highs.solve(program);
    return solution.Status === 'Optimal' ? solution.ObjectiveValue : NaN;
  };
}
