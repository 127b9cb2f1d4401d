/** Injection tokens of the ports; the wiring module says which implementation each one is. */
export const SETTINGS = Symbol('ControllerConfigSpec');
export const SITES = Symbol('SiteStore');
export const SECRETS = Symbol('Secrets');
export const CERTIFICATES = Symbol('CertificateStore');
export const CATALOG = Symbol('Catalog');
export const EDGE = Symbol('Edge');
export const BACKBONE = Symbol('Backbone');
export const CLOCK = Symbol('Clock');
export const TIMERS = Symbol('Timers');
export const METRICS = Symbol('Metrics');
export const LOG = Symbol('LogPort');
export const PHASES_TOKEN = Symbol('Phases');
export const CRASH_POINT = Symbol('CrashPoint');
export const STOP_REQUEST = Symbol('StopRequest');
