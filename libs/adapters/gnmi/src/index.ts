/**
 * gNMI southbound and telemetry: how OpenConfig devices are configured (profile), how their
 * Subscribe streams become samples (telemetry), and how changes are written to them (writer).
 */
export * from './profile';
export * from './writer';
export { type TlsSettings, type TransportSettings } from './client';
export * from './telemetry';
export * from './decode';
