import { Worker } from 'node:worker_threads';

export interface OracleAnswer {
  /** Least maximum link utilisation; null where the solver did not prove one in time. */
  readonly optimum: number | null;
  /** The whole call, reading the program included. */
  readonly totalMs: number;
  readonly status: string;
}

/** HiGHS in a thread of its own, which is ended when a program takes longer than its limit. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const load = require(workerData.highs);
load().then((highs) => {
  parentPort.postMessage({ ready: true });
  parentPort.on('message', ({ program, limitSeconds }) => {
    const started = performance.now();
    const { Status, ObjectiveValue } = highs.solve(program, { time_limit: limitSeconds });
    const optimum = Status === 'Optimal' ? ObjectiveValue : null;
    parentPort.postMessage({ optimum, status: Status, totalMs: performance.now() - started });
  });
});
`;

/**
 * Solves a linear program in CPLEX LP format; never longer than `limitMs` after it has begun.
 * `solveSeconds` limits the solving alone: 0 shows what reading takes.
 */
export async function askHighs(
  program: string,
  limitMs: number,
  solveSeconds = limitMs / 1000,
): Promise<OracleAnswer> {
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { highs: require.resolve('highs') },
  });
  try {
    return await new Promise<OracleAnswer>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      worker.once('error', reject);
      worker.once('exit', () => clearTimeout(timer));
      worker.once('message', () => {
        timer = setTimeout(
          () => resolve({ optimum: null, totalMs: limitMs, status: 'Time limit reached' }),
          limitMs,
        );
        worker.once('message', (answer: OracleAnswer) => resolve(answer));
        worker.postMessage({ program, limitSeconds: solveSeconds });
      });
    });
  } finally {
    await worker.terminate();
  }
}
