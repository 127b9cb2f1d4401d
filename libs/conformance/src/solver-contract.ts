import type { ExactSolver, SplitProgram } from '@weir/core/ports';

const LIMIT_MS = 20_000;

/** Two ways for the first commodity, one for the second; `paths[k][way]` are link and part. */
function programOf(
  capacity: readonly number[],
  demand: readonly number[],
  paths: readonly (readonly (readonly (readonly [link: number, part: number])[])[])[],
): SplitProgram {
  const ways = paths.flat();
  const starts = (sizes: readonly number[]): Int32Array =>
    Int32Array.from([0, ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0))]);
  return {
    capacity: Float64Array.from(capacity),
    demand: Float64Array.from(demand),
    pathStart: starts(paths.map((own) => own.length)),
    linkStart: starts(ways.map((way) => way.length)),
    links: Int32Array.from(ways.flat(), ([link]) => link),
    parts: Float64Array.from(ways.flat(), ([, part]) => part),
  };
}

/** Every exact solver of splits passes it, the real one and the stand-ins. */
export function solverContract(name: string, make: () => ExactSolver): void {
  describe(`exact solver contract: ${name}`, () => {
    let solver: ExactSolver;
    beforeEach(() => {
      solver = make();
    });
    afterEach(() => solver.close());

    it('has a name', () => {
      expect(solver.name).not.toBe('');
    });

    it('fills two links in proportion to their capacity', async () => {
      const program = programOf([10e9, 30e9], [20e9], [[[[0, 1]], [[1, 1]]]]);
      const { split, utilization } = await solver.solve(program, LIMIT_MS);
      expect(utilization).toBeCloseTo(0.5, 6);
      expect(split[0]).toBeCloseTo(0.25, 6);
      expect(split[1]).toBeCloseTo(0.75, 6);
    });

    it('counts what has one way only, and gives it all of itself', async () => {
      const program = programOf([10e9, 10e9], [8e9, 6e9], [[[[0, 1]], [[1, 1]]], [[[0, 1]]]]);
      const { split, utilization } = await solver.solve(program, LIMIT_MS);
      expect(utilization).toBeCloseTo(0.7, 6);
      expect(split[0]).toBeCloseTo(0.125, 6);
      expect(split[2]).toBe(1);
    });

    it('knows paths that spread on their way', async () => {
      const spread = [
        [0, 0.5],
        [1, 0.5],
      ] as const;
      const program = programOf([10e9, 10e9, 10e9], [12e9], [[spread, [[2, 1]]]]);
      const { split, utilization } = await solver.solve(program, LIMIT_MS);
      expect(utilization).toBeCloseTo(0.4, 6);
      expect(split[0]).toBeCloseTo(2 / 3, 6);
    });

    it('gives shares of what sends nothing too', async () => {
      const program = programOf([10e9, 10e9], [0, 5e9], [[[[0, 1]], [[1, 1]]], [[[0, 1]]]]);
      const { split } = await solver.solve(program, LIMIT_MS);
      expect(split[0]! + split[1]!).toBeCloseTo(1, 9);
    });

    it('answers several that are asked at once', async () => {
      const ask = (bps: number) =>
        solver.solve(programOf([10e9, 10e9], [bps], [[[[0, 1]], [[1, 1]]]]), LIMIT_MS);
      const answers = await Promise.all([ask(4e9), ask(8e9), ask(12e9)]);
      answers.forEach(({ utilization }, i) => expect(utilization).toBeCloseTo(0.2 * (i + 1), 6));
    });

    it('rejects when no time is left, and answers the next', async () => {
      const program = programOf([10e9, 10e9], [4e9], [[[[0, 1]], [[1, 1]]]]);
      await expect(solver.solve(program, 0)).rejects.toThrow();
      expect((await solver.solve(program, LIMIT_MS)).utilization).toBeCloseTo(0.2, 6);
    });

    it('rejects once it is closed', async () => {
      await solver.close();
      const program = programOf([1], [1], [[[[0, 1]]]]);
      await expect(solver.solve(program, LIMIT_MS)).rejects.toThrow();
    });
  });
}
