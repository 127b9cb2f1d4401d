import { freezeBodySchema, modeBodySchema } from '@weir/contracts';
import type { Command, Mode } from '@weir/core/model';
import type { Principal } from '@weir/nest';
import type { northbound } from '@weir/proto-gen';
import type { SiteStore } from '../../boot/site-store';
import type { CommandClient } from '../commands/command-client';
import { knownDevice, knownScope } from '../commands/named';
import type { JournalReader } from '../read/journal-reader';
import { badArgument, checked, valueOf } from './grpc-error';
import { modeWord } from './messages';

/** What people hold the loop with, over gRPC: freeze, modes, fences. */
export class ControlCalls {
  constructor(
    private readonly commands: CommandClient,
    private readonly reader: JournalReader,
    private readonly sites: SiteStore,
  ) {}

  async freeze(
    request: northbound.FreezeRequest,
    by: Principal,
  ): Promise<northbound.FreezeResponse> {
    const { reason } = checked(freezeBodySchema, { reason: request.reason });
    return this.send({ verb: 'freeze', reason, by: by.name });
  }

  async unfreeze(
    _: northbound.UnfreezeRequest,
    by: Principal,
  ): Promise<northbound.UnfreezeResponse> {
    return this.send({ verb: 'unfreeze', by: by.name });
  }

  async setMode(
    request: northbound.SetModeRequest,
    by: Principal,
  ): Promise<northbound.SetModeResponse> {
    if (request.scope === undefined) throw badArgument('scope', 'one of rule, group');
    const { $case: scope, value: name } = request.scope;
    const mode = modeWord(request.mode) ?? undefined;
    checked(modeBodySchema, { mode });
    valueOf(knownScope(this.sites.current, this.reader.model, { scope, name, where: scope }));
    return this.send({ verb: 'set-mode', scope, name, mode: mode as Mode, by: by.name });
  }

  async unfence(
    request: northbound.UnfenceRequest,
    by: Principal,
  ): Promise<northbound.UnfenceResponse> {
    const { device } = request;
    if (device === '') throw badArgument('device', 'is required');
    valueOf(knownDevice(this.sites.current, device, 'device'));
    return this.send({ verb: 'unfence', device, by: by.name });
  }

  private async send(command: Command): Promise<Record<string, never>> {
    valueOf(await this.commands.send('done', command));
    return {};
  }
}
