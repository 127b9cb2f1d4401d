import { Module } from '@nestjs/common';
import { IngestService } from './ingest.service';

/** Telemetry in: what devices and workloads say becomes columns. */
@Module({ providers: [IngestService], exports: [IngestService] })
export class IngestModule {}
