import { Module } from '@nestjs/common';
import { EventLoopLag } from './event-loop-lag';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';

/** What every process answers whatever its roles: probes, metrics, version. */
@Module({ controllers: [HealthController, MetricsController], providers: [EventLoopLag] })
export class OperateModule {}
