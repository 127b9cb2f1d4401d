import { Body, Controller, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  doneResultSchema,
  learningImportBodySchema,
  learningResetBodySchema,
  learningViewSchema,
  type LearningImport,
} from '@weir/contracts';
import type { Command, LearningPolicy } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';
import { Caller, RequiresRole, type Principal } from '@weir/nest';
import { learningView, type LearnedView } from '@weir/runtime';
import type { SiteStore } from '../../boot/site-store';
import { Answers, WriteAnswers } from '../../openapi/answers';
import { CLOCK, SITES } from '../../wiring/tokens';
import { CommandClient, unwrap } from '../commands/command-client';
import { JournalReader } from '../read/journal-reader';

interface Done {
  readonly done: true;
}

interface Learned {
  readonly policy: LearningPolicy;
  readonly entries: readonly LearnedView[];
}

interface Reset {
  readonly cause: string | null;
  readonly action: string | null;
}

/** What verdicts taught, and how it is forgotten or brought from elsewhere. */
@ApiTags('learning')
@Controller()
export class LearningController {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(SITES) private readonly sites: SiteStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(API_PATHS.learning)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'How often which action helped against which cause.' })
  @Answers(learningViewSchema)
  show(): Learned {
    const { learning: policy } = this.sites.current.policy;
    return { policy, entries: learningView(this.reader.model, policy, this.clock.wallMs()) };
  }

  @Put(API_PATHS.learning)
  @RequiresRole('admin')
  @ApiOperation({ summary: 'Takes over what another controller learned.' })
  @WriteAnswers(doneResultSchema)
  replace(
    @Body({ schema: learningImportBodySchema }) { entries }: LearningImport,
    @Caller() caller: Principal,
  ): Promise<Done> {
    return this.send({ verb: 'import-learning', entries, by: caller.name });
  }

  @Post(API_PATHS.learningReset)
  @HttpCode(200)
  @RequiresRole('admin')
  @ApiOperation({ summary: 'Forgets what was learned, of one cause or action or of all.' })
  @WriteAnswers(doneResultSchema)
  reset(
    @Body({ schema: learningResetBodySchema }) { cause, action }: Reset,
    @Caller() caller: Principal,
  ): Promise<Done> {
    return this.send({ verb: 'reset-learning', cause, action, by: caller.name });
  }

  private async send(command: Command): Promise<Done> {
    unwrap(await this.commands.send('done', command));
    return { done: true };
  }
}
