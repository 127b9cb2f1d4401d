import type { Stream } from '../sharing/stream';
import type { Conditions } from '../world/conditions';
import type { PhaseShape } from './collectives';
import { largestNormal } from './draws';
import { Histogram } from './histogram';
import type { Granted, Job, JobContext, JobTotals, Observation, TrainingSpec } from './job';
import { Ledger } from './ledger';
import { Phase, WATCHDOG_MS } from './phase';
import { Plan } from './plan';
import { EPSILON_MS } from './transfer';
import { WorkerTimes } from './worker-times';

/** Shortest iteration, ms: one whose load is scaled to nothing still lets time pass. */
const MIN_ITERATION_MS = 0.01;
const NONE: readonly Stream[] = [];

/**
 * Synchronous training. Each step computes until its slowest worker has finished, then runs the
 * phases of its collective one after the other; the time of a collective counts from the last
 * worker's arrival. Between iterations nothing overlaps: the network is silent while all compute.
 */
export class Training implements Job {
  scale = 1;
  done = false;
  private started = false;
  private step = 0;
  private iterationStartMs = 0;
  private collectiveStartMs = 0;
  private computeUntilMs = Infinity;
  private phase: Phase | null = null;
  private pending: readonly PhaseShape[] = [];
  private iterations = new Histogram();
  private collectives = new Histogram();
  private errors = 0;
  private workerTimes: WorkerTimes | null;

  constructor(
    readonly spec: TrainingSpec,
    readonly context: JobContext,
    readonly ledger = new Ledger(),
    private readonly plan = new Plan(spec),
  ) {
    const reports = spec.reportWorkers === true;
    this.workerTimes = reports ? new WorkerTimes(spec, context.random.fork('workers')) : null;
  }

  streams(nowMs: number, conditions: Conditions): readonly Stream[] {
    if (!this.started) {
      this.started = true;
      this.beginIteration(nowMs);
      this.proceed(nowMs, conditions);
    }
    return this.phase?.streams(nowMs) ?? NONE;
  }

  nextEventMs(nowMs: number, granted: Granted): number {
    if (this.done) return Infinity;
    return this.phase?.nextEventMs(nowMs, granted) ?? this.computeUntilMs;
  }

  advance(fromMs: number, toMs: number, granted: Granted, conditions: Conditions): void {
    if (this.done || !this.started) return;
    this.phase?.advance(fromMs, toMs, granted, conditions);
    this.proceed(toMs, conditions);
  }

  take(): Observation[] {
    const common = { workload: this.spec.name, class: this.spec.class };
    const errors = this.errors;
    this.errors = 0;
    return [
      { ...common, metric: 'iteration-time', histogram: this.iterations.take(), errors },
      { ...common, metric: 'collective-time', histogram: this.collectives.take(), errors: 0 },
      ...(this.workerTimes?.take() ?? []).map((own) => {
        return { ...common, metric: 'compute-time' as const, ...own, errors: 0 };
      }),
    ];
  }

  totals(): JobTotals {
    return this.ledger.totals();
  }

  fork(context: JobContext): Training {
    const { spec } = this;
    const copy = new Training(spec, context, this.ledger.copy(), this.plan.fork());
    copy.scale = this.scale;
    copy.done = this.done;
    copy.started = this.started;
    copy.step = this.step;
    copy.iterationStartMs = this.iterationStartMs;
    copy.collectiveStartMs = this.collectiveStartMs;
    copy.computeUntilMs = this.computeUntilMs;
    copy.phase = this.phase?.fork(copy) ?? null;
    copy.pending = this.pending;
    copy.iterations = this.iterations.copy();
    copy.collectives = this.collectives.copy();
    copy.errors = this.errors;
    copy.workerTimes = this.workerTimes?.copy() ?? null;
    return copy;
  }

  /** Makes the changes that are due at this instant, which may be several. */
  private proceed(nowMs: number, conditions: Conditions): void {
    while (!this.done) {
      if (this.phase === null) {
        if (nowMs < this.computeUntilMs - EPSILON_MS) return;
        this.arrive(nowMs);
      } else {
        const stuckSinceMs = this.phase.stuckSinceMs;
        if (stuckSinceMs !== null && nowMs >= stuckSinceMs + WATCHDOG_MS - EPSILON_MS) {
          this.giveUp(nowMs);
          continue;
        }
        if (nowMs < this.phase.endMs - EPSILON_MS) return;
        this.phase = null;
      }
      this.startPhase(nowMs, conditions);
    }
  }

  /** The last worker is there. */
  private arrive(nowMs: number): void {
    this.collectiveStartMs = nowMs;
    this.computeUntilMs = Infinity;
    const collective = this.spec.steps[this.step]?.collective ?? null;
    this.pending = collective === null ? [] : this.plan.phases(collective);
  }

  /** The next phase of the collective, else the next step. */
  private startPhase(nowMs: number, conditions: Conditions): void {
    const collective = this.spec.steps[this.step]?.collective ?? null;
    const [shape, ...rest] = this.pending;
    if (collective === null || shape === undefined) {
      this.endStep(nowMs);
      return;
    }
    this.pending = rest;
    const transfers = this.plan.transfers(
      shape,
      collective.bytes * this.scale,
      nowMs,
      this.context,
    );
    this.phase = Phase.start(this, shape, transfers, nowMs, conditions);
  }

  private endStep(nowMs: number): void {
    if ((this.spec.steps[this.step]?.collective ?? null) !== null) {
      this.collectives.record(nowMs - this.collectiveStartMs);
      this.ledger.communicationMs += nowMs - this.collectiveStartMs;
    }
    this.step += 1;
    if (this.step < this.spec.steps.length) {
      this.compute(nowMs);
      return;
    }
    this.iterations.record(nowMs - this.iterationStartMs);
    this.workerTimes?.endIteration();
    this.ledger.iterations += 1;
    const tooShortMs = this.iterationStartMs + MIN_ITERATION_MS - nowMs;
    if (this.ledger.iterations === this.spec.iterations) this.done = true;
    else this.beginIteration(nowMs);
    if (tooShortMs > 0) this.computeUntilMs += tooShortMs;
  }

  private giveUp(nowMs: number): void {
    this.errors += 1;
    this.ledger.errors += 1;
    this.ledger.communicationMs += nowMs - this.collectiveStartMs;
    this.iterations.record(nowMs - this.iterationStartMs);
    this.workerTimes?.endIteration();
    this.phase = null;
    this.beginIteration(nowMs);
  }

  private beginIteration(nowMs: number): void {
    this.iterationStartMs = nowMs;
    this.step = 0;
    this.compute(nowMs);
  }

  /** The slowest worker decides; log-normal around the step's time, stragglers a factor above. */
  private compute(nowMs: number): void {
    const { workers, stragglers, computeJitter, steps } = this.spec;
    const medianMs = steps[this.step]?.computeMs ?? 0;
    const slow = stragglers === null ? 0 : stragglers.workers.length;
    const slowest = (count: number): number =>
      computeJitter === 0 || medianMs === 0
        ? medianMs
        : medianMs * Math.exp(computeJitter * largestNormal(count, this.context.random));
    const others = workers.length > slow ? slowest(workers.length - slow) : 0;
    const slowMs = stragglers !== null && slow > 0 ? slowest(slow) * stragglers.slowdown : 0;
    this.workerTimes?.step(medianMs, { stragglers: slowMs, others });
    const ms = Math.max(others, slowMs);
    this.ledger.computeMs += ms;
    this.computeUntilMs = nowMs + ms;
  }
}
