import type { TelemetryFrame } from '@weir/core/model';

/** Injection token of the engine's view of telemetry. */
export const FRAME_SOURCE = Symbol('FrameSource');

/** Topic on which ingest broadcasts encoded frames when the engine is in another process. */
export const TELEMETRY_TOPIC = 'telemetry';

/** Where the engine takes its frames from: the column store itself, or the broadcast of one. */
export interface FrameSource {
  /** Latest columns; null until there are some. */
  take(): TelemetryFrame | null;
}
