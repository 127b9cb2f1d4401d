import type { DeviceId, IntentId } from './ids';

/**
 * How a queue drops, or marks, as it fills; depths in per cent of its limit. RED (Floyd and Jacobson
 * 1993) and WRED begin at `minPercent` and reach `probabilityPercent` at `maxPercent`; `tail` drops
 * everything from one depth on.
 */
export interface DropProfile {
  readonly kind: 'tail' | 'red' | 'wred';
  readonly minPercent: number;
  readonly maxPercent: number;
  readonly probabilityPercent: number;
}

/** Per-hop behaviour of one queue of a port (RFC 2475), and which packets go to it. */
export interface QueueBehaviour {
  readonly queue: string;
  /** Served before all weighted queues. */
  readonly strict: boolean;
  /** Whole number from 1 where it is not strict, else 0. */
  readonly weight: number;
  /** Code points (RFC 2474) of the packets that go to it, ascending. */
  readonly dscp: readonly number[];
  /** What it may hold, bytes; null leaves that as it is. */
  readonly limitBytes: number | null;
  /** Null: it drops when it is full. */
  readonly drop: DropProfile | null;
  /** Packets that can say so are marked rather than dropped (RFC 3168). */
  readonly ecn: boolean;
}

/** E3: all queues of some ports at once; those of a port stand together. */
export interface QosAction {
  readonly type: 'qos';
  readonly settings: readonly (QueueBehaviour & {
    readonly device: DeviceId;
    readonly interface: string;
  })[];
}

/** What a scheme wants of each queue of the ports that it is for. */
export interface SchemeRequest {
  readonly id: string;
  readonly intent: IntentId;
  readonly priority: number;
  readonly settings: QosAction['settings'];
}
