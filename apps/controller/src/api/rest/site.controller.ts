import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  deviceViewSchema,
  pageOf,
  policyViewSchema,
  topologyViewSchema,
  type DeviceView,
  type Page,
  type PolicyView,
  type TopologyView,
} from '@weir/contracts';
import { RequiresRole } from '@weir/nest';
import type { SiteStore } from '../../boot/site-store';
import { SITES } from '../../wiring/tokens';
import { CommandClient } from '../commands/command-client';
import { JournalReader } from '../read/journal-reader';
import { deviceViews, policyView, topologyView } from '../read/views';
import { Answers } from '../../openapi/answers';

/** What the daemon works on: devices, policy, topology. */
@ApiTags('site')
@Controller()
export class SiteController {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(SITES) private readonly sites: SiteStore,
  ) {}

  @Get(API_PATHS.devices)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Devices of the topology, with session and fence.' })
  @Answers(pageOf(deviceViewSchema))
  async devices(): Promise<Page<DeviceView>> {
    const status = await this.commands.status();
    const views = deviceViews(this.sites.current.topology, status.ok ? status.value : null);
    return { items: views, next: null };
  }

  @Get(API_PATHS.policy)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'The policy in force, as text and as rules.' })
  @Answers(policyViewSchema)
  policy(): PolicyView {
    return policyView(this.sites.current, this.reader.model);
  }

  @Get(API_PATHS.topology)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'The topology in force.' })
  @Answers(topologyViewSchema)
  topology(): TopologyView {
    return topologyView(this.sites.current.topology);
  }
}
