import { Command, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  /** Run the daemon on a real fabric instead of the demonstration. */
  readonly configFile: string | null;
  /** End when the story has been told. */
  readonly once: boolean;
  /** One JSON object on stdout, everything for people on stderr. */
  readonly json: boolean;
  /** Four processes, one per role, on this Redis. */
  readonly redisUrl: string | null;
  readonly httpPort: number;
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new InvalidArgumentError('a port from 0 to 65535 is needed');
  }
  return Number(text);
}

function redisUrl(text: string): string {
  if (!/^rediss?:\/\/\S+$/.test(text))
    throw new InvalidArgumentError('redis://host:port is needed');
  return text;
}

/** Reads the flags; prints help or a mistake and ends the process as commander does. */
export function readCommandLine(argv: readonly string[]): DemoOptions {
  const program = new Command('npm start --')
    .description(
      'Starts a simulated fabric of 20 switches, the daemon and workloads, and shows the loop ' +
        'finding and repairing one incident per rule, undoing a harmful change, and planning ' +
        'without applying. With --config, runs the daemon on your fabric instead.',
    )
    .option('-c, --config <file>', 'controller configuration: run weir-controller with it')
    .option('--once', 'end when everything has been shown (about 80 s)', false)
    .option('--json', 'one JSON object with what was measured on stdout; implies --once', false)
    .option('--redis <url>', 'the four roles as processes of their own, over this Redis', redisUrl)
    .option('--port <port>', 'HTTP port of the API; 0: a free one', portNumber)
    .addHelpText(
      'after',
      '\nExit codes: 0 all that was promised was seen, 1 it was not, or it could not start.',
    )
    .allowExcessArguments(false);
  program.parse(argv);
  const given = program.opts<Record<string, unknown>>();
  const once = given['once'] === true || given['json'] === true;
  const port = given['port'];
  return {
    configFile: typeof given['config'] === 'string' ? given['config'] : null,
    once,
    json: given['json'] === true,
    redisUrl: typeof given['redis'] === 'string' ? given['redis'] : null,
    // A visitor finds the API where the documentation says; a run that ends takes any port.
    httpPort: typeof port === 'number' ? port : once ? 0 : 8080,
  };
}
