import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PATHS, versionSchema } from '@weir/contracts';
import { Public } from '@weir/nest';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { Answers } from '../openapi/answers';
import type { Phases, PhaseState } from '../boot/phases';
import type { ReloadOutcome, SiteStore } from '../boot/site-store';
import { VERSION } from '../boot/version';
import { PHASES_TOKEN, SITES } from '../wiring/tokens';

interface Readiness {
  readonly ready: boolean;
  /** Engine only: another process leads, this one waits for its lease. */
  readonly standby: boolean;
  readonly phases: readonly PhaseState[];
  readonly config: { readonly hash: string; readonly lastReload: ReloadOutcome | null };
}

const readinessSchema = z.looseObject({
  ready: z.boolean(),
  standby: z.boolean(),
  phases: z.array(
    z.looseObject({ phase: z.string(), done: z.boolean(), atMs: z.number().nullable() }),
  ),
  config: z.looseObject({ hash: z.string() }),
});

/** Probes: alive is answering at all; ready is having passed every phase of the start. */
@ApiTags('operate')
@Controller()
export class HealthController {
  constructor(
    @Inject(PHASES_TOKEN) private readonly phases: Phases,
    @Inject(SITES) private readonly sites: SiteStore,
  ) {}

  @Get('healthz')
  @Public()
  @ApiOperation({ summary: 'The process answers.' })
  @Answers(z.looseObject({ status: z.literal('ok') }))
  healthz(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @ApiOperation({ summary: 'All start-up phases are passed; 503 with the list until then.' })
  @Answers(readinessSchema)
  readyz(@Res({ passthrough: true }) response: ServerResponse): Readiness {
    const { ready, standby } = this.phases;
    response.statusCode = ready ? 200 : 503;
    const config = { hash: this.sites.current.hash, lastReload: this.sites.lastReload };
    return { ready, standby, phases: this.phases.list(), config };
  }

  @Get(API_PATHS.version)
  @Public()
  @ApiOperation({ summary: 'Name and version of the daemon.' })
  @Answers(versionSchema)
  version(): { readonly name: string; readonly version: string; readonly node: string } {
    return { name: 'weir-controller', version: VERSION, node: process.version };
  }
}
