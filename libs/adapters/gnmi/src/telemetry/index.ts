/** Telemetry by gNMI Subscribe: one watched session per device, from the topology's paths. */
export { GnmiTelemetrySource, type GnmiTelemetryOptions } from './telemetry-source';
export { type SessionFigures, type SessionLimits } from './device-session';
