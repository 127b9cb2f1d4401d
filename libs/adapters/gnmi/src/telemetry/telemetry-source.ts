import { seededRandom } from '@weir/core/base';
import type { DeviceId, Topology } from '@weir/core/model';
import type { Clock, TelemetrySink, TelemetrySource, Timers } from '@weir/core/ports';
import type { TransportSettings } from '../client';
import { DeviceSession, type SessionFigures, type SessionLimits } from './device-session';

export interface GnmiTelemetryOptions extends TransportSettings {
  readonly topology: Topology;
  readonly sink: TelemetrySink;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sampleIntervalMs: number;
  /** Devices to subscribe to; default: every device that has an address. */
  readonly devices?: readonly DeviceId[];
  /** Uniform in [0, 1), for the jitter of the back-off. */
  readonly random?: () => number;
  readonly limits?: Partial<SessionLimits>;
  /** Called on each change of a session, for logs and metrics. */
  readonly onState?: (
    device: DeviceId,
    state: 'connecting' | 'synced' | 'down',
    detail: string,
  ) => void;
  /** Called each time a device is not read for the rest of an interval because it floods. */
  readonly onShed?: (device: DeviceId) => void;
}

/** Intervals of silence after which a session is given up. */
const STALL_INTERVALS = 3;
/** Shorter silence than this is a busy processor, not a silent switch, ms. */
const MIN_STALL_MS = 1_000;

/**
 * Telemetry of many devices by gNMI Subscribe: one session each, kept up with back-off, every
 * sample written into the sink. A device that cannot be reached is `down` there, never zero.
 */
export class GnmiTelemetrySource implements TelemetrySource {
  private readonly sessions = new Map<DeviceId, DeviceSession>();

  private readonly random: () => number;

  constructor(private readonly options: GnmiTelemetryOptions) {
    const seeded = seededRandom(options.clock.wallMs());
    this.random = options.random ?? (() => seeded.next());
  }

  start(): Promise<void> {
    const { topology } = this.options;
    for (const id of this.options.devices ?? topology.devices.keys()) {
      const device = topology.devices.get(id);
      if (device === undefined || device.address === '' || this.sessions.has(id)) continue;
      const session = new DeviceSession(device, {
        topology,
        transport: this.options,
        sink: this.options.sink,
        clock: this.options.clock,
        timers: this.options.timers,
        random: this.random,
        sampleIntervalMs: this.options.sampleIntervalMs,
        limits: this.limits(),
        onState: (state, detail) => this.options.onState?.(id, state, detail),
        onShed: () => this.options.onShed?.(id),
      });
      this.sessions.set(id, session);
      session.start();
    }
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const session of this.sessions.values()) session.stop();
    this.sessions.clear();
    return Promise.resolve();
  }

  /** What each session has done, by device. */
  figures(): ReadonlyMap<DeviceId, SessionFigures> {
    return new Map([...this.sessions].map(([id, session]) => [id, session.figures()]));
  }

  private limits(): SessionLimits {
    return {
      capabilitiesTimeoutMs: 5000,
      syncTimeoutMs: 30_000,
      intervalMs: this.options.sampleIntervalMs,
      stallMs: Math.max(MIN_STALL_MS, STALL_INTERVALS * this.options.sampleIntervalMs),
      firstRetryMs: 500,
      mostRetryMs: 30_000,
      healthyMs: 30_000,
      refusedRetryMs: 300_000,
      ...this.options.limits,
    };
  }
}
