import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PATHS, engineStatusSchema, type EngineStatusView } from '@weir/contracts';
import { RequiresRole } from '@weir/nest';
import { CommandClient, unwrap } from '../commands/command-client';
import { Answers } from '../../openapi/answers';

@ApiTags('status')
@Controller()
export class StatusController {
  constructor(@Inject(CommandClient) private readonly commands: CommandClient) {}

  @Get(API_PATHS.status)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'The live view of the engine.' })
  @Answers(engineStatusSchema)
  async status(): Promise<EngineStatusView> {
    return unwrap(await this.commands.status()) as unknown as EngineStatusView;
  }
}
