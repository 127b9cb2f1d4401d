import type { ControllerConfigSpec } from '@weir/contracts';
import type { Clock, Metrics, Timers } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import type { CrashPoint } from '../boot/crash-point';

import type { Phases } from '../boot/phases';
import type { Secrets } from '../boot/secrets';
import type { SiteStore } from '../boot/site-store';
import type { CertificateStore } from '../certificates/certificate-store';
import type { Catalog, Edge } from './adapters';
import type { Backbone } from './backbone';

/** Asks the process to end in order; used when it must not go on (leadership lost, a defect). */
export type StopRequest = (reason: string, exitCode: number) => void;

/** Metrics with the text that `/metrics` serves. */
export interface ExposedMetrics extends Metrics {
  readonly contentType: string;
  exposition(): Promise<string>;
}

/** Everything that the roles are given, chosen before the first module is made. */
export interface Context {
  readonly settings: ControllerConfigSpec;
  readonly sites: SiteStore;
  readonly secrets: Secrets;
  readonly certificates: CertificateStore;
  readonly catalog: Catalog;
  readonly edge: Edge;
  readonly backbone: Backbone;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: ExposedMetrics;
  readonly log: LogPort;
  readonly phases: Phases;
  readonly crashPoint: CrashPoint;
  readonly requestStop: StopRequest;
}
