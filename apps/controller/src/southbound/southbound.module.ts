import { Module } from '@nestjs/common';
import { SouthboundService } from './southbound.service';

/** Device writers: the engine's operations become gNMI Sets, and Sets become reports. */
@Module({ providers: [SouthboundService], exports: [SouthboundService] })
export class SouthboundModule {}
