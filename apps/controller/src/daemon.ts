import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestLogger } from '@weir/nest';
import type { Logger } from 'pino';
import { NorthboundServer } from './api/grpc/northbound.server';
import { EventsController } from './api/events/events.controller';
import { JournalReader } from './api/read/journal-reader';
import { AppModule } from './app.module';
import type { Site } from './boot/load-site';
import { EngineService } from './engine/engine.service';
import { RelayedFrames } from './engine/relayed-frames';
import { closeHttp, httpsOptions, listenHttp, prepareHttp, renewHttps } from './http-server';
import { IngestService } from './ingest/ingest.service';
import { SouthboundService } from './southbound/southbound.service';
import type { Context } from './wiring/context';

export interface Addresses {
  readonly http: number;
  /** 0 without the api role. */
  readonly grpc: number;
  /** 0 without the ingest role. */
  readonly otlp: number;
}

/**
 * The running process: starts the roles so that each finds its consumer ready (southbound, ingest,
 * engine, API last), and stops them the other way round.
 */
export class Daemon {
  private constructor(
    private readonly app: NestExpressApplication,
    private readonly context: Context,
    private readonly httpPort: number,
  ) {}

  static async start(context: Context, logger: Logger): Promise<Daemon> {
    const app = await NestFactory.create<NestExpressApplication>(AppModule.for(context), {
      logger: new NestLogger(logger),
      abortOnError: false,
      bodyParser: false,
      ...httpsOptions(context.certificates.current.apiTls),
    });
    prepareHttp(app, context.metrics);
    context.certificates.onReplaced(({ apiTls }) => {
      renewHttps(app, apiTls);
    });
    // First of all, so that /healthz and /readyz answer while the rest starts.
    const port = await listenHttp(app, context.settings.api.http).catch(async (error: unknown) => {
      await closeBackbone(context);
      throw error;
    });
    const daemon = new Daemon(app, context, port);
    try {
      await daemon.startRoles();
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return daemon;
  }

  get addresses(): Addresses {
    return {
      http: this.httpPort,
      grpc: this.has('api') ? this.app.get(NorthboundServer).port : 0,
      otlp: this.has('ingest') ? this.app.get(IngestService).otlpPort : 0,
    };
  }

  /** What is stopped first is what brings work in; the journal is closed last. */
  async stop(): Promise<void> {
    const { app, context } = this;
    context.phases.stop();
    if (this.has('api')) {
      app.get(EventsController).endStreams();
      await app.get(NorthboundServer).stop();
    }
    await closeHttp(app);
    if (this.has('api')) await app.get(JournalReader).stop();
    if (this.has('engine')) await app.get(EngineService).stop();
    if (this.has('ingest')) await app.get(IngestService).stop();
    await closeBackbone(context, async () => {
      if (this.has('southbound')) await app.get(SouthboundService).stop();
    });
    await app.close();
  }

  private async startRoles(): Promise<void> {
    const { app, context } = this;
    if (this.has('southbound')) await app.get(SouthboundService).start();
    if (this.has('ingest')) await app.get(IngestService).start();
    if (this.has('engine')) {
      if (!this.has('ingest')) await app.get(RelayedFrames).start();
      app.get(EngineService).start();
    } else context.phases.reach('running');
    if (this.has('api')) {
      await app.get(JournalReader).start();
      await app.get(NorthboundServer).start();
      const northbound = app.get(NorthboundServer);
      context.phases.onReadiness((ready) => {
        northbound.setServing(ready);
      });
    }
    context.sites.onReload((next, previous) => this.replace(next, previous));
  }

  private async replace(next: Site, previous: Site): Promise<void> {
    const { app } = this;
    if (next.topology.revision !== previous.topology.revision) {
      if (this.has('ingest')) await app.get(IngestService).replace(next);
      else if (this.has('engine')) app.get(RelayedFrames).replace(next);
      if (this.has('southbound')) await app.get(SouthboundService).replace(next);
    }
    if (this.has('engine')) await app.get(EngineService).replace(next, previous);
  }

  private has(role: string): boolean {
    return this.context.settings.roles.some((one) => one === role);
  }
}

/** Lets the device operations that run end; what waits is in the journal. */
async function closeBackbone(
  { backbone }: Context,
  stopSouthbound: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await backbone.queue.close();
  await stopSouthbound();
  await backbone.close();
}
