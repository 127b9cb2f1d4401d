import { Module, type DynamicModule } from '@nestjs/common';
import { FRAME_SOURCE } from '../ingest/frame-source';
import { IngestModule } from '../ingest/ingest.module';
import { IngestService } from '../ingest/ingest.service';
import { EngineService } from './engine.service';
import { RelayedFrames } from './relayed-frames';

/**
 * The loop: frames of telemetry in, records into the journal, device operations into the queue of
 * the southbound role.
 */
@Module({})
export class EngineModule {
  /** `local`: the ingest role is in this process and feeds the engine directly. */
  static for(local: boolean): DynamicModule {
    const feed = local ? IngestService : RelayedFrames;
    return {
      module: EngineModule,
      imports: local ? [IngestModule] : [],
      providers: [
        EngineService,
        { provide: FRAME_SOURCE, useExisting: feed },
        ...(local ? [] : [RelayedFrames]),
      ],
      exports: [EngineService, ...(local ? [] : [RelayedFrames])],
    };
  }
}
