import type { TrafficClass } from '@weir/core/model';
import { Histogram } from '../traffic/histogram';
import type { Observation } from './workload';

/** Longest iteration that is waited for, ms: a job without a path stalls but still reports. */
export const STALLED_MS = 60_000;

/**
 * The clock of a training job: compute, then communicate, again and again. Iterations end inside
 * steps; each is recorded with the communication time that the network gave it.
 */
export class Iterations {
  /** Share of time spent communicating, damped so that rates and shares settle together. */
  duty = 0.5;
  private leftMs = 0;
  private readonly iteration = new Histogram();
  private readonly collective = new Histogram();

  /** `communicationMs` draws the communication time of the next iteration. */
  advance(dtMs: number, computeMs: number, meanCommunicationMs: number, draw: () => number): void {
    const target = meanCommunicationMs / (meanCommunicationMs + computeMs);
    this.duty += 0.5 * (target - this.duty);
    this.leftMs -= dtMs;
    while (this.leftMs <= 0) {
      const communicationMs = Math.min(draw(), STALLED_MS);
      this.iteration.record(computeMs + communicationMs);
      this.collective.record(communicationMs);
      this.leftMs += Math.max(0.1, computeMs + communicationMs);
    }
  }

  take(workload: string, trafficClass: TrafficClass): Observation[] {
    const common = { workload, class: trafficClass, errors: 0 };
    return [
      { ...common, metric: 'iteration-time', histogram: this.iteration.take() },
      { ...common, metric: 'collective-time', histogram: this.collective.take() },
    ];
  }
}
