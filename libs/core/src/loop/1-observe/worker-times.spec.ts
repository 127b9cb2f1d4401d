import type { Objective, TelemetryFrame, WorkloadSample } from '../../model';
import { slowWorkerOf } from '../evidence/slow-worker';
import { foldWorkerTimes, type WorkerReports } from './worker-times';

const objective = { metric: 'iteration-time', workloads: ['llm'] } as unknown as Objective;
/** Buckets of 2 ms up to 200 ms. */
const BOUNDS = Array.from({ length: 100 }, (_, i) => 2 * (i + 1));

function report(worker: string, ms: number, over: Partial<WorkloadSample> = {}): WorkloadSample {
  const counts = [...BOUNDS, Infinity].map((bound) => (bound - 2 < ms && ms <= bound ? 4 : 0));
  const common = { workload: 'llm', class: 'training', metric: 'compute-time' } as const;
  return { ...common, worker, boundsMs: BOUNDS, counts, errors: 0, ageMs: 0, ...over };
}

/** One frame a second in which all workers report. */
function after(
  frames: number,
  msOf: (worker: number, frame: number) => number,
  { workers = 8, known = new Map() as WorkerReports } = {},
): WorkerReports {
  let reports = known;
  for (let frame = 0; frame < frames; frame++) {
    const workloads = Array.from({ length: workers }, (_, i) =>
      report(`h${i + 1}`, msOf(i + 1, frame)),
    );
    const atMs = 1_000 * frame;
    reports = foldWorkerTimes(reports, objective, { atMs, workloads } as unknown as TelemetryFrame);
  }
  return reports;
}

/** What workers that are alike take, up to a few per cent apart. */
const alike = (worker: number, frame: number): number => 100 + ((worker * 7 + frame * 5) % 6);

describe('compute times of workers', () => {
  it('tell who is late by more than four deviations in three of five reports', () => {
    const slow = (worker: number, frame: number): number =>
      worker === 3 && frame % 2 === 0 ? 150 : alike(worker, frame);
    expect(slowWorkerOf(after(2, slow))).toBeNull();
    const found = slowWorkerOf(after(5, slow));
    expect(found).toMatchObject({ worker: 'h3', lateReports: 3, reports: 5, workers: 8 });
    expect(found?.deviations).toBeGreaterThan(4);
    expect(found?.othersMs).toBeGreaterThan(98);
    expect(found?.othersMs).toBeLessThan(106);
  });

  it('forget what was late before the last five reports', () => {
    const slow = (worker: number): number => (worker === 3 ? 150 : 100);
    const known = after(5, slow);
    expect(slowWorkerOf(known)?.worker).toBe('h3');
    expect(slowWorkerOf(after(3, alike, { known }))).toBeNull();
  });

  it('name nobody where all are alike, all got slower, or two late ones in seven reports', () => {
    expect(slowWorkerOf(after(8, alike))).toBeNull();
    expect(slowWorkerOf(after(8, (worker, frame) => alike(worker, frame) + 10 * frame))).toBeNull();
    expect(
      slowWorkerOf(after(7, (worker, frame) => (worker === 3 && frame > 4 ? 150 : 100))),
    ).toBeNull();
  });

  it('are not moved by several that are late, and need some that are not', () => {
    const two = (worker: number): number => (worker < 3 ? 140 + 4 * worker : 100);
    expect(slowWorkerOf(after(5, two))?.worker).toBe('h2');
    expect(slowWorkerOf(after(5, two, { workers: 3 }))).toBeNull();
  });

  it('are not finer than their buckets', () => {
    const boundsMs = [75, 100, 125];
    const coarse = (worker: string, bucket: number) =>
      report(worker, 0, { boundsMs, counts: [0, 1, 2, 3].map((i) => (i === bucket ? 5 : 0)) });
    let reports: WorkerReports = new Map();
    for (let frame = 0; frame < 5; frame++) {
      const workloads = ['a', 'b', 'c', 'd', 'e'].map((name) => coarse(name, name === 'a' ? 2 : 1));
      const at = { atMs: 1_000 * frame, workloads } as unknown as TelemetryFrame;
      reports = foldWorkerTimes(reports, objective, at);
    }
    expect(reports.get('a')?.meanMs).toBeGreaterThan(reports.get('b')?.meanMs ?? 0);
    expect(slowWorkerOf(reports)).toBeNull();
  });

  it('are those of the objective, of workers that have a name and are still there', () => {
    const frame = (atMs: number, ...workloads: WorkloadSample[]) =>
      ({ atMs, workloads }) as unknown as TelemetryFrame;
    const { worker: _, ...nobody } = report('h2', 100);
    const others = [report('h1', 100, { workload: 'other' }), nobody];
    expect(foldWorkerTimes(new Map(), objective, frame(0, ...others)).size).toBe(0);
    const latency = { ...objective, metric: 'request-latency' } as Objective;
    expect(foldWorkerTimes(new Map(), latency, frame(0, report('h1', 100))).size).toBe(0);
    const known = foldWorkerTimes(new Map(), objective, frame(0, report('h1', 100)));
    expect(known.size).toBe(1);
    const later = foldWorkerTimes(known, objective, frame(61_000, report('h2', 100)));
    expect([...later.keys()]).toEqual(['h2']);
  });
});
