import type { Job, JobContext, JobTotals, Observation } from '../jobs/job';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { Stream } from '../sharing/stream';
import type { Conditions } from './conditions';
import type { StreamTable } from './stream-table';

/** A job with the streams that it has in the network now. */
interface Running {
  readonly job: Job;
  readonly context: JobContext;
  streams: readonly Stream[];
  slots: number[];
}

const NONE: JobTotals = {
  iterations: 0,
  requests: 0,
  errors: 0,
  bytes: 0,
  timeoutMs: 0,
  timeouts: 0,
  communicationMs: 0,
  computeMs: 0,
};

/** All jobs, what they send, and what is left of those that have ended. */
export class RunningJobs {
  private readonly running = new Map<string, Running>();
  /** Totals of ended jobs by name; a name that starts again goes on from there. */
  private readonly past = new Map<string, JobTotals>();
  private leftOver: Observation[] = [];

  fork(network: Network, routing: Routing): RunningJobs {
    const copy = new RunningJobs();
    for (const [name, { job, context, streams, slots }] of this.running) {
      const own = { ...context, network, routing, random: context.random.copy() };
      copy.running.set(name, { job: job.fork(own), context: own, streams, slots: slots.slice() });
    }
    for (const [name, totals] of this.past) copy.past.set(name, totals);
    copy.leftOver = this.leftOver.map((entry) => ({ ...entry }));
    return copy;
  }

  has(name: string): boolean {
    return this.running.has(name);
  }

  get(name: string): Job | undefined {
    return this.running.get(name)?.job;
  }

  start(job: Job, context: JobContext): void {
    this.running.set(job.spec.name, { job, context, streams: [], slots: [] });
  }

  stop(name: string, table: StreamTable, nowMs: number): boolean {
    const entry = this.running.get(name);
    if (entry === undefined) return false;
    table.replace(entry.streams, entry.slots, [], nowMs);
    this.past.set(name, sumOf(this.past.get(name) ?? NONE, entry.job.totals()));
    this.leftOver.push(...entry.job.take());
    return this.running.delete(name);
  }

  list(): Job[] {
    return Array.from(this.running.values(), ({ job }) => job);
  }

  /** Brings the streams in the network in line with what the jobs send now. */
  collect(table: StreamTable, conditions: Conditions, nowMs: number): void {
    for (const entry of this.running.values()) {
      const streams = entry.job.streams(nowMs, conditions);
      if (streams === entry.streams) continue;
      entry.slots = table.replace(entry.streams, entry.slots, streams, nowMs);
      entry.streams = streams;
    }
  }

  nextEventMs(table: StreamTable, nowMs: number): number {
    let nextMs = Infinity;
    for (const entry of this.running.values())
      nextMs = Math.min(nextMs, entry.job.nextEventMs(nowMs, table.granted(entry.slots)));
    return nextMs;
  }

  live(table: StreamTable, conditions: Conditions, fromMs: number, toMs: number): void {
    for (const [name, entry] of this.running) {
      entry.job.advance(fromMs, toMs, table.granted(entry.slots), conditions);
      if (entry.job.done) this.stop(name, table, toMs);
    }
  }

  take(): Observation[] {
    const taken = [...this.leftOver, ...this.list().flatMap((job) => job.take())];
    this.leftOver = [];
    return taken.filter(({ histogram, errors }) => histogram.count > 0 || errors > 0);
  }

  totals(): Map<string, JobTotals> {
    const totals = new Map(this.past);
    for (const [name, { job }] of this.running)
      totals.set(name, sumOf(this.past.get(name) ?? NONE, job.totals()));
    return totals;
  }
}

const sumOf = (a: JobTotals, b: JobTotals): JobTotals => ({
  iterations: a.iterations + b.iterations,
  requests: a.requests + b.requests,
  errors: a.errors + b.errors,
  bytes: a.bytes + b.bytes,
  timeoutMs: a.timeoutMs + b.timeoutMs,
  timeouts: a.timeouts + b.timeouts,
  communicationMs: a.communicationMs + b.communicationMs,
  computeMs: a.computeMs + b.computeMs,
});
