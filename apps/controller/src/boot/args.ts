import { parseArgs } from 'node:util';

export interface Arguments {
  readonly config: string;
  readonly check: boolean;
}

export const USAGE = `weir-controller: closed-loop SDN controller

usage: weir-controller --config FILE [--check]

  --config FILE   controller configuration (YAML); paths in it are relative to the file
  --check         check configuration, topology, policy and intents, then exit
  --version       print the version
  --help          print this text

signals:  SIGTERM, SIGINT  stop in order; a second one exits at once
          SIGHUP           read topology, policy and intents again
env:      WEIR_CRASH_POINT=label[:n][=kill|stop|term|block<ms>]  at the n-th pass of a point (tests)
exit:     0 stopped in order   1 error   2 wrong usage   3 leadership lost, start again
`;

export type Invocation =
  | { readonly kind: 'run'; readonly arguments: Arguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'usage'; readonly message: string };

/** What the command line asks for; `argv` without node and script. */
export function parseInvocation(argv: readonly string[]): Invocation {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    if (values.config === undefined || values.config === '')
      return { kind: 'usage', message: '--config FILE is required' };
    return { kind: 'run', arguments: { config: values.config, check: values.check } };
  } catch (error) {
    return { kind: 'usage', message: error instanceof Error ? error.message : String(error) };
  }
}
