import { Inject, Injectable } from '@nestjs/common';
import type { ControllerConfigSpec } from '@weir/contracts';
import { assert } from '@weir/core/base';
import type { TelemetryFrame } from '@weir/core/model';
import type { Clock, TelemetrySource } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import { buildLayout, ColumnStore, encodeFrame } from '@weir/runtime';
import type { Site } from '../boot/load-site';
import type { Phases } from '../boot/phases';
import type { SiteStore } from '../boot/site-store';
import type { Edge, ListeningSource } from '../wiring/adapters';
import type { Backbone } from '../wiring/backbone';
import { BACKBONE, CLOCK, EDGE, LOG, PHASES_TOKEN, SETTINGS, SITES } from '../wiring/tokens';
import { TELEMETRY_TOPIC, type FrameSource } from './frame-source';

/**
 * The `ingest` role: gNMI subscriptions and the OTLP receiver write into one column store. With
 * the engine in the same process it takes frames from here; otherwise they are broadcast.
 */
@Injectable()
export class IngestService implements FrameSource {
  private store: ColumnStore | null = null;
  private network: TelemetrySource | null = null;
  private workloads: ListeningSource | null = null;
  private relay: NodeJS.Timeout | null = null;
  private publishing = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: ControllerConfigSpec,
    @Inject(SITES) private readonly sites: SiteStore,
    @Inject(EDGE) private readonly edge: Edge,
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PHASES_TOKEN) private readonly phases: Phases,
    @Inject(LOG) private readonly log: LogPort,
  ) {}

  /** Port of the OTLP receiver; 0 before the start. */
  get otlpPort(): number {
    return this.workloads?.port ?? 0;
  }

  async start(): Promise<void> {
    await this.watch(this.sites.current);
    // The store changes with the topology, the receiver's port stays.
    this.workloads = this.edge.workloadTelemetry({
      observe: (sample) => {
        this.store?.observe(sample);
      },
    });
    await this.workloads.start();
    if (!this.settings.roles.includes('engine')) {
      this.relay = setInterval(() => {
        this.publish();
      }, this.settings.tickMs);
      this.phases.reach('telemetry');
    }
  }

  take(): TelemetryFrame | null {
    return this.store?.frame() ?? null;
  }

  /** New topology: other devices, other columns. */
  async replace(site: Site): Promise<void> {
    await this.network?.stop();
    await this.watch(site);
  }

  async stop(): Promise<void> {
    if (this.relay !== null) clearInterval(this.relay);
    await Promise.all([this.network?.stop(), this.workloads?.stop()]);
  }

  private async watch(site: Site): Promise<void> {
    const { topology, policy } = site;
    const store = new ColumnStore(buildLayout(topology), this.clock, {
      staleMs: policy.freshness.staleMs,
    });
    this.store = store;
    this.network = this.edge.networkTelemetry(topology, store);
    await this.network.start();
    this.log.info('ingest started', { devices: topology.devices.size, series: store.size });
  }

  /** A slow broadcast skips frames: the newest one matters, and observations add up. */
  private publish(): void {
    if (this.publishing) return;
    assert(this.store !== null, 'ingest publishes before it watches');
    this.publishing = true;
    this.backbone.broadcast
      .publish(TELEMETRY_TOPIC, encodeFrame(this.store.frame()))
      .catch((err: unknown) => {
        this.log.warn('frame not published', { err });
      })
      .finally(() => {
        this.publishing = false;
      });
  }
}
