import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public } from '@weir/nest';
import type { ServerResponse } from 'node:http';
import type { ExposedMetrics } from '../wiring/context';
import { METRICS } from '../wiring/tokens';
import { EventLoopLag } from './event-loop-lag';

@ApiTags('operate')
@Controller()
export class MetricsController {
  constructor(
    @Inject(METRICS) private readonly registry: ExposedMetrics,
    @Inject(EventLoopLag) private readonly lag: EventLoopLag,
  ) {}

  @Get('metrics')
  @Public()
  @ApiOperation({ summary: 'Prometheus metrics.' })
  @ApiProduces('text/plain')
  async metrics(@Res() response: ServerResponse): Promise<void> {
    this.lag.sample();
    const text = await this.registry.exposition();
    response.writeHead(200, { 'Content-Type': this.registry.contentType });
    response.end(text);
  }
}
