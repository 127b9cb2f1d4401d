import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  doneResultSchema,
  emptyBodySchema,
  freezeBodySchema,
  modeBodySchema,
  modeScopeSchema,
  modesViewSchema,
  releaseBodySchema,
} from '@weir/contracts';
import type { Command, Mode } from '@weir/core/model';
import { Caller, RequiresRole, type Principal } from '@weir/nest';
import type { SiteStore } from '../../boot/site-store';
import { SITES } from '../../wiring/tokens';
import { CommandClient, unwrap } from '../commands/command-client';
import { knownDevice, knownScope } from '../commands/named';
import { JournalReader } from '../read/journal-reader';
import { modesView, type ModesView } from '../read/views';
import { Answers, WriteAnswers } from '../../openapi/answers';
import { nameParameterSchema } from './path-parameters';

interface Done {
  readonly done: true;
}

/** What people hold the loop with: freeze, modes, fences. */
@ApiTags('control')
@Controller()
export class ControlController {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(SITES) private readonly sites: SiteStore,
  ) {}

  @Post(API_PATHS.freeze)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Stops every new change until it is lifted.' })
  @WriteAnswers(doneResultSchema)
  freeze(
    @Body({ schema: freezeBodySchema }) { reason }: { readonly reason: string },
    @Caller() caller: Principal,
  ): Promise<Done> {
    return this.send({ verb: 'freeze', reason, by: caller.name });
  }

  @Post(API_PATHS.unfreeze)
  @HttpCode(200)
  @RequiresRole('operator')
  @ApiOperation({ summary: 'Lifts the freeze.' })
  @WriteAnswers(doneResultSchema)
  unfreeze(
    @Body({ schema: emptyBodySchema }) _: unknown,
    @Caller() caller: Principal,
  ): Promise<Done> {
    return this.send({ verb: 'unfreeze', by: caller.name });
  }

  @Get(API_PATHS.modes)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Autonomy in force, by rule and by device group.' })
  @Answers(modesViewSchema)
  modes(): ModesView {
    return modesView(this.sites.current, this.reader.model);
  }

  @Put(API_PATHS.mode)
  @RequiresRole('admin')
  @ApiOperation({ summary: 'Sets the autonomy of a rule or a device group.' })
  @WriteAnswers(doneResultSchema)
  setMode(
    @Param('scope', { schema: modeScopeSchema }) scope: 'rule' | 'group',
    @Param('name', { schema: nameParameterSchema }) name: string,
    @Body({ schema: modeBodySchema }) { mode }: { readonly mode: Mode },
    @Caller() caller: Principal,
  ): Promise<Done> {
    const target = { scope, name, where: 'path.name' };
    unwrap(knownScope(this.sites.current, this.reader.model, target));
    return this.send({ verb: 'set-mode', scope, name, mode, by: caller.name });
  }

  @Post(API_PATHS.ruleRelease)
  @HttpCode(200)
  @RequiresRole('admin')
  @ApiOperation({ summary: 'Lets an escalated rule act again after a person looked at it.' })
  @WriteAnswers(doneResultSchema)
  release(
    @Param('name', { schema: nameParameterSchema }) name: string,
    @Body({ schema: releaseBodySchema }) { objectiveId }: { readonly objectiveId: string | null },
    @Caller() caller: Principal,
  ): Promise<Done> {
    return this.send({ verb: 'release-rule', rule: name, objectiveId, by: caller.name });
  }

  @Post(API_PATHS.deviceUnfence)
  @HttpCode(200)
  @RequiresRole('admin')
  @ApiOperation({ summary: 'Lets a device be written again after a person looked at it.' })
  @WriteAnswers(doneResultSchema)
  unfence(
    @Param('name', { schema: nameParameterSchema }) name: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
    @Caller() caller: Principal,
  ): Promise<Done> {
    unwrap(knownDevice(this.sites.current, name, 'path.name'));
    return this.send({ verb: 'unfence', device: name, by: caller.name });
  }

  private async send(command: Command): Promise<Done> {
    unwrap(await this.commands.send('done', command));
    return { done: true };
  }
}
