import { Inject, Injectable } from '@nestjs/common';
import { refuse, type Result } from '@weir/core/base';
import type { Command, CommandResult, CommandValue, EngineStatus } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';
import { ProblemException } from '@weir/nest';
import type { Backbone } from '../../wiring/backbone';
import { BACKBONE, CLOCK } from '../../wiring/tokens';
import { JournalReader } from '../read/journal-reader';

type ValueOf<Kind extends CommandValue['kind']> = Extract<CommandValue, { kind: Kind }>;

/** How long the API waits for the engine; a plan for a large fabric takes part of a second. */
const ANSWER_MS = 10_000;
const STATUS_MS = 2_000;
/** Status is asked for by many and changes once per tick. */
const STATUS_AGE_MS = 500;

/** The API role's only way to the engine. */
@Injectable()
export class CommandClient {
  private known: { readonly status: EngineStatus; readonly atMs: number } | null = null;
  private asking: Promise<Result<EngineStatus>> | null = null;

  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(JournalReader) private readonly reader: JournalReader,
  ) {}

  /** Carries a command out; a refusal of the engine, or its silence, is a result. */
  async send<Kind extends CommandValue['kind']>(
    kind: Kind,
    command: Command,
  ): Promise<Result<ValueOf<Kind>>> {
    const timeoutMs = command.verb === 'status' ? STATUS_MS : ANSWER_MS;
    let answer: CommandResult;
    try {
      answer = (await this.backbone.commands.request(command, timeoutMs)) as CommandResult;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return refuse('engine-unavailable', '', reason);
    }
    if (!answer.ok) return answer;
    if (command.verb !== 'status') await this.settled();
    if (answer.value.kind !== kind)
      return refuse('internal', command.verb, `the engine answered with ${answer.value.kind}`);
    return { ok: true, value: answer.value as ValueOf<Kind> };
  }

  /** The live view, at most half a second old. */
  async status(): Promise<Result<EngineStatus>> {
    const { known } = this;
    if (known !== null && this.clock.monotonicMs() - known.atMs < STATUS_AGE_MS)
      return { ok: true, value: known.status };
    const asking = (this.asking ??= this.askStatus());
    const answer = await asking;
    if (this.asking === asking) {
      this.asking = null;
      if (answer.ok) this.known = { status: answer.value, atMs: this.clock.monotonicMs() };
    }
    return answer;
  }

  /** Whoever wrote finds it when reading next. */
  private async settled(): Promise<void> {
    this.known = null;
    this.asking = null;
    await this.reader.caughtUp();
  }

  private async askStatus(): Promise<Result<EngineStatus>> {
    const answer = await this.send('status', { verb: 'status' });
    if (!answer.ok) return answer;
    return { ok: true, value: answer.value.status };
  }
}

/** REST side: a refusal becomes problem details. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemException(result.error);
}
