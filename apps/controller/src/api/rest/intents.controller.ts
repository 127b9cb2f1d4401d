import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  dryRunQuerySchema,
  intentResultSchema,
  intentViewSchema,
  pageOf,
  putIntentBodySchema,
  type IntentEnvelope,
  type IntentResult,
  type IntentView,
  type Page,
} from '@weir/contracts';
import { intentId, type EngineStatus, type IntentResource } from '@weir/core/model';
import { Caller, problem, RequiresRole, type Principal } from '@weir/nest';
import type { Catalog } from '../../wiring/adapters';
import { CATALOG } from '../../wiring/tokens';
import { CommandClient, unwrap } from '../commands/command-client';
import { JournalReader } from '../read/journal-reader';
import { intentView } from '../read/views';
import { Answers, WriteAnswers } from '../../openapi/answers';
import { kindParameterSchema, nameParameterSchema } from './path-parameters';

interface DryRun {
  readonly dryRun: boolean;
}

@ApiTags('intents')
@Controller()
export class IntentsController {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(CATALOG) private readonly catalog: Catalog,
  ) {}

  @Get(API_PATHS.intents)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'All intents, with what is evidenced about them.' })
  @Answers(pageOf(intentViewSchema))
  async list(): Promise<Page<IntentView>> {
    const status = await this.status();
    const intents = this.reader.model.intents();
    return { items: intents.map((intent) => intentView(intent, status)), next: null };
  }

  @Get(API_PATHS.intent)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'One intent.' })
  @Answers(intentViewSchema)
  async get(
    @Param('kind', { schema: kindParameterSchema }) kind: string,
    @Param('name', { schema: nameParameterSchema }) name: string,
  ): Promise<IntentView> {
    return intentView(this.known(kind, name), await this.status());
  }

  @Post(API_PATHS.intents)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Creates or changes an intent; with dryRun, only the plans.' })
  @WriteAnswers(intentResultSchema)
  post(
    @Body({ schema: putIntentBodySchema }) body: IntentEnvelope,
    @Query({ schema: dryRunQuerySchema }) { dryRun }: DryRun,
    @Caller() caller: Principal,
  ): Promise<IntentResult> {
    return this.write(body, dryRun, caller);
  }

  @Put(API_PATHS.intent)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'The same, by its own path.' })
  @WriteAnswers(intentResultSchema)
  put(
    @Param('kind', { schema: kindParameterSchema }) kind: string,
    @Param('name', { schema: nameParameterSchema }) name: string,
    @Body({ schema: putIntentBodySchema }) body: IntentEnvelope,
    @Query({ schema: dryRunQuerySchema }) { dryRun }: DryRun,
    @Caller() caller: Principal,
  ): Promise<IntentResult> {
    if (body.kind !== this.kindOf(kind))
      throw problem('request-invalid', 'kind', `the path says ${kind}, the body ${body.kind}`);
    if (body.metadata.name !== name)
      throw problem('request-invalid', 'metadata.name', `the path says ${name}`);
    return this.write(body, dryRun, caller);
  }

  @Delete(API_PATHS.intent)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Deletes an intent; with dryRun, only the plans that it would cause.' })
  @WriteAnswers(intentResultSchema)
  async delete(
    @Param('kind', { schema: kindParameterSchema }) kind: string,
    @Param('name', { schema: nameParameterSchema }) name: string,
    @Query({ schema: dryRunQuerySchema }) { dryRun }: DryRun,
    @Caller() caller: Principal,
  ): Promise<IntentResult> {
    const id = intentId(this.kindOf(kind), name);
    const command = { verb: 'delete-intent', id, dryRun, by: caller.name } as const;
    const value = unwrap(await this.commands.send('intent', command));
    return result(value.intent, value.plans, dryRun);
  }

  private async write(
    body: IntentEnvelope,
    dryRun: boolean,
    caller: Principal,
  ): Promise<IntentResult> {
    const { name, labels } = body.metadata;
    const intent = { kind: body.kind, name, labels, priority: body.priority, spec: body.spec };
    const command = { verb: 'put-intent', intent, dryRun, by: caller.name } as const;
    const value = unwrap(await this.commands.send('intent', command));
    return result(value.intent, value.plans, dryRun);
  }

  private known(kind: string, name: string): IntentResource {
    const id = intentId(this.kindOf(kind), name);
    const resource = this.reader.model.intent(id);
    if (resource === undefined)
      throw problem('not-found', 'path.name', `no intent is called ${id}`);
    return resource;
  }

  /** Kinds may be written in any case, and by their short names. */
  private kindOf(text: string): string {
    const wanted = text.toLowerCase();
    for (const { kind, shortNames } of this.catalog.intentKinds.values())
      if (kind.toLowerCase() === wanted || shortNames.includes(wanted)) return kind;
    return text;
  }

  private async status(): Promise<EngineStatus | null> {
    const status = await this.commands.status();
    return status.ok ? status.value : null;
  }
}

const result = (intent: IntentResource, plans: readonly unknown[], dryRun: boolean): IntentResult =>
  ({ intent: intentView(intent, null), plans, dryRun }) as IntentResult;
