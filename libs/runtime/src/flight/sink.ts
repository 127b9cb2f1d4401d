import type { LoopEnv, LoopEvent, LoopState, Now, StepResult } from '@weir/core/loop';

/** Watches each pass of the engine from beside it: what `step` is given, and what it gives. */
export interface FlightSink {
  /** Just before a pass. Must neither throw nor wait. */
  given(env: LoopEnv, state: LoopState, event: LoopEvent, now: Now): void;
  /** Just after it, before its records are durable. */
  came(result: StepResult, now: Now): void;
  /** The engine stops by itself: the pass threw, or its records could not be written. */
  failed(reason: string): void;
}
