import { FlightDirectory } from '@weir/adapter-flight-file';
import type { ControllerConfigSpec } from '@weir/contracts';
import type { Policy } from '@weir/core/model';
import type { Metrics } from '@weir/core/ports';
import { FlightRecorder, type LogSink } from '@weir/runtime';
import { VERSION } from '../boot/version';

/** Bytes on disk of all recordings, in recordings of the largest size. */
const DISK_SHARE = 4;

/** A recorder for one engine, or null where the configuration wants none. */
export function flightRecorderOf(
  { flightRecorder }: ControllerConfigSpec,
  metrics: Metrics,
  log: LogSink,
): FlightRecorder | null {
  const { enabled, directory, minutes, maxBytes, keep } = flightRecorder;
  if (!enabled || directory === undefined) return null;
  const store = new FlightDirectory({ dir: directory, keep, maxBytes: DISK_SHARE * maxBytes });
  return new FlightRecorder(
    { store, log, metrics, policyText },
    { version: VERSION, keepMs: minutes * 60_000, maxBytes },
  );
}

/** Policies of the daemon are compiled from text, and carry it. */
const policyText = (policy: Policy & { readonly text?: string }): string => policy.text ?? '';
