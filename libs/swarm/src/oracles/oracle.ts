import type { ConfigImage, DeviceId, Policy, Topology } from '@weir/core/model';
import type { FinalView, TimelineEvent } from '../timeline';

/** The invariants of docs/safety.md. */
export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9'] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly what: string;
}

export interface OracleContext {
  readonly topology: Topology;
  readonly policy: Policy;
  readonly operationTimeoutMs: number;
  /** As the devices were configured before anything happened. */
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
}

/**
 * Judges one invariant from the timeline alone, without a look into the engine: what it knows, it
 * knows from durable records, from calls that left, and from what the devices truly hold.
 */
export interface Oracle {
  readonly invariant: Invariant;
  see(event: TimelineEvent, report: (what: string) => void): void;
  end(final: FinalView, report: (what: string) => void): void;
}

export type OracleFactory = (context: OracleContext) => Oracle;
