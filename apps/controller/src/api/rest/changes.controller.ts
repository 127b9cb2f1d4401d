import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  approveBodySchema,
  changeResultSchema,
  changeViewSchema,
  dryRunQuerySchema,
  emptyBodySchema,
  explanationSchema,
  listChangesQuerySchema,
  pageOf,
  proposeBodySchema,
  rejectBodySchema,
  type Page,
  type ProposeBody,
} from '@weir/contracts';
import type { Action, Change, Command } from '@weir/core/model';
import { Caller, problem, RequiresRole, type Principal } from '@weir/nest';
import type { Explanation } from '@weir/runtime';
import { CommandClient, unwrap } from '../commands/command-client';
import { Explainer } from '../read/explainer';
import { JournalReader } from '../read/journal-reader';
import { pageAfter } from '../read/page';
import { Answers, WriteAnswers } from '../../openapi/answers';
import { idParameterSchema } from './path-parameters';

interface ListQuery {
  readonly state?: string;
  readonly limit?: number;
  readonly after?: string;
}

interface ChangeAnswer {
  readonly change: Change;
  readonly dryRun: boolean;
}

@ApiTags('changes')
@Controller()
export class ChangesController {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(Explainer) private readonly explainer: Explainer,
  ) {}

  @Get(API_PATHS.changes)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Changes, newest first.' })
  @Answers(pageOf(changeViewSchema))
  list(@Query({ schema: listChangesQuerySchema }) query: ListQuery): Page<Change> {
    const changes = [...this.reader.model.changes()]
      .reverse()
      .filter((change) => query.state === undefined || change.state === query.state);
    return pageAfter(changes, (change) => change.id, query);
  }

  @Get(API_PATHS.change)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'One change with its plan, progress and verdict.' })
  @Answers(changeViewSchema)
  get(@Param('id', { schema: idParameterSchema }) id: string): Change {
    const change = this.reader.model.change(id);
    if (change === undefined) throw problem('not-found', 'path.id', `no change is called ${id}`);
    return change;
  }

  @Get(API_PATHS.changeExplanation)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Why it was made, from what was observed to how it ended.' })
  @Answers(explanationSchema)
  explain(@Param('id', { schema: idParameterSchema }) id: string): Promise<Explanation> {
    return this.explainer.explain('change', id);
  }

  @Post(API_PATHS.changes)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Proposes a change; with dryRun, only its plan.' })
  @WriteAnswers(changeResultSchema)
  propose(
    @Body({ schema: proposeBodySchema }) body: ProposeBody,
    @Query({ schema: dryRunQuerySchema }) { dryRun }: { readonly dryRun: boolean },
    @Caller() caller: Principal,
  ): Promise<ChangeAnswer> {
    const action = body.action as unknown as Action;
    const { objectiveId, planHash } = body;
    const by = caller.name;
    return this.send({ verb: 'propose', action, objectiveId, planHash, dryRun, by });
  }

  @Post(API_PATHS.changeApprove)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Lets a change that awaits approval go ahead, as planned.' })
  @WriteAnswers(changeResultSchema)
  approve(
    @Param('id', { schema: idParameterSchema }) id: string,
    @Body({ schema: approveBodySchema })
    body: { readonly planHash: string; readonly reason: string },
    @Caller() caller: Principal,
  ): Promise<ChangeAnswer> {
    return this.send({ verb: 'approve', changeId: id, ...body, by: caller.name });
  }

  @Post(API_PATHS.changeReject)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Refuses a change that awaits approval.' })
  @WriteAnswers(changeResultSchema)
  reject(
    @Param('id', { schema: idParameterSchema }) id: string,
    @Body({ schema: rejectBodySchema }) body: { readonly reason: string },
    @Caller() caller: Principal,
  ): Promise<ChangeAnswer> {
    return this.send({ verb: 'reject', changeId: id, reason: body.reason, by: caller.name });
  }

  @Post(API_PATHS.changeUndo)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Proposes the exact inverse of a confirmed change.' })
  @WriteAnswers(changeResultSchema)
  undo(
    @Param('id', { schema: idParameterSchema }) id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
    @Query({ schema: dryRunQuerySchema }) { dryRun }: { readonly dryRun: boolean },
    @Caller() caller: Principal,
  ): Promise<ChangeAnswer> {
    return this.send({ verb: 'undo', changeId: id, dryRun, by: caller.name });
  }

  private async send(command: Command): Promise<ChangeAnswer> {
    const { change, dryRun } = unwrap(await this.commands.send('change', command));
    return { change, dryRun };
  }
}
