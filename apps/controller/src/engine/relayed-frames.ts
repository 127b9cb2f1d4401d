import { Inject, Injectable } from '@nestjs/common';
import type { FrameLayout, TelemetryFrame } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import { buildLayout, decodeFrame, FrameInbox } from '@weir/runtime';
import type { Site } from '../boot/load-site';
import type { SiteStore } from '../boot/site-store';
import { TELEMETRY_TOPIC, type FrameSource } from '../ingest/frame-source';
import type { Backbone } from '../wiring/backbone';
import { BACKBONE, CLOCK, LOG, SITES } from '../wiring/tokens';

/** Frames from an ingest role in another process. */
@Injectable()
export class RelayedFrames implements FrameSource {
  private layout: FrameLayout;
  private inbox: FrameInbox;
  private complained = false;

  constructor(
    @Inject(SITES) sites: SiteStore,
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: LogPort,
  ) {
    this.layout = buildLayout(sites.current.topology);
    this.inbox = new FrameInbox(clock);
  }

  async start(): Promise<void> {
    await this.backbone.broadcast.subscribe(TELEMETRY_TOPIC, (bytes) => {
      this.accept(bytes);
    });
  }

  take(): TelemetryFrame | null {
    return this.inbox.take();
  }

  replace(site: Site): void {
    this.layout = buildLayout(site.topology);
    this.inbox = new FrameInbox(this.clock);
  }

  private accept(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes, this.layout);
    if (frame.ok) {
      this.complained = false;
      this.inbox.accept(frame.value);
      return;
    }
    // Ingest and engine read the same files, but not at the same moment; said once per spell.
    if (!this.complained) this.log.warn('frame does not fit the topology', { ...frame.error });
    this.complained = true;
  }
}
