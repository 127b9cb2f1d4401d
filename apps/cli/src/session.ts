import type { Command } from 'commander';
import { pemMistake } from '@weir/tls';
import { ApiClient } from './api/client';
import type { ClientTls } from './api/transport';
import { CliError } from './cli-error';
import type { Io } from './io';
import { readText } from './offline/documents';
import { FORMATS, Printer, type Format } from './output/printer';

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeout?: string;
  readonly output?: string;
  readonly color?: boolean;
}

/** One run of the command line: its options (flag over environment over default) and exit code. */
export class Session {
  exitCode = 0;

  constructor(readonly io: Io) {}

  private options(command: Command): GlobalOptions {
    return command.optsWithGlobals();
  }

  client(command: Command): ApiClient {
    const { server, token, timeout } = this.options(command);
    const timeoutMs = Number(timeout ?? this.io.env['WEIR_TIMEOUT'] ?? 15) * 1000;
    if (!(timeoutMs > 0 && timeoutMs <= 3_600_000))
      throw new CliError({
        code: 'request-invalid',
        reason: 'the time-out is a number of seconds between 0 and 3600',
        where: '--timeout',
      });
    return new ApiClient({
      server: server ?? this.io.env['WEIR_SERVER'] ?? DEFAULT_SERVER,
      token: token ?? this.io.env['WEIR_TOKEN'],
      timeoutMs,
      signal: this.io.signal,
      tls: this.tls(command),
    });
  }

  /** The files of flags or environment, held to what the daemon asks of its own. */
  private tls(command: Command): ClientTls {
    const options = this.options(command);
    const files = {
      ca: options.ca ?? this.io.env['WEIR_CA'],
      cert: options.cert ?? this.io.env['WEIR_CERT'],
      key: options.key ?? this.io.env['WEIR_KEY'],
    };
    const text = (file: string | undefined): string | undefined =>
      file === undefined || file === '' ? undefined : readText(file, this.io);
    const texts = { ca: text(files.ca), cert: text(files.cert), key: text(files.key) };
    const mistake =
      (texts.cert === undefined) === (texts.key === undefined)
        ? pemMistake(texts)
        : ({ part: 'cert', reason: '--cert and --key go together' } as const);
    if (mistake === null) return texts;
    throw new CliError({
      code: 'request-invalid',
      reason: `${files[mistake.part] ?? ''}: ${mistake.reason}`.replace(/^: /, ''),
      where: `--${mistake.part}`,
    });
  }

  printer(command: Command): Printer {
    const { output, color } = this.options(command);
    return new Printer(this.io, (output ?? 'table') as Format, color ?? true);
  }

  /** Asks before something is written; without a terminal only `--yes` will do. */
  async confirm(question: string, yes: boolean): Promise<boolean> {
    if (yes) return true;
    if (!this.io.ask)
      throw new CliError({
        code: 'request-invalid',
        reason: `${question} nobody is at the terminal to answer`,
        where: '--yes',
        hint: 'give --yes to go on without being asked',
      });
    const answer = await this.io.ask(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    this.io.stderr('nothing was changed\n');
    this.exitCode = 1;
    return false;
  }
}

export { FORMATS };
