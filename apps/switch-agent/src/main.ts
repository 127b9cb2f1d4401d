#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import pino from 'pino';
import { startAgent } from './agent';
import {
  checkExposure,
  DEFAULT_CONFIG,
  LISTEN,
  NAMESPACE,
  readAgentConfig,
  type AgentConfig,
} from './config';

interface Options {
  readonly config?: string;
  readonly listen?: string;
  readonly stateDir?: string;
  readonly netns?: string;
}

const matching = (pattern: RegExp, what: string) => (value: string) => {
  if (!pattern.test(value)) throw new InvalidArgumentError(`it must be ${what}.`);
  return value;
};

const program = new Command('weir-switch-agent')
  .description(
    'gNMI target for a Linux switch: interface counters, routes and weights from the kernel;\n' +
      'static routes with wecmp-weight as nexthop groups; commit-confirmed. Needs CAP_NET_ADMIN.',
  )
  .option('--config <file>', 'YAML configuration (kind SwitchAgentConfig); options below win')
  .option(
    '--listen <host:port>',
    `where to answer (default ${DEFAULT_CONFIG.listen})`,
    matching(LISTEN, 'host:port'),
  )
  .option('--state-dir <dir>', `durable state (default ${DEFAULT_CONFIG.stateDir})`)
  .option(
    '--netns <name>',
    'serve the kernel of this network namespace (needs CAP_SYS_ADMIN too)',
    matching(NAMESPACE, 'the name of a network namespace'),
  )
  .addHelpText(
    'after',
    '\nWithout TLS it listens on loopback only, unless the configuration says `tls.mode: insecure`.' +
      '\nRoutes stay in the kernel when it stops. Exit codes: 0 stopped on a signal, 1 cannot start.',
  );

function effectiveConfig(options: Options): AgentConfig {
  const file = options.config === undefined ? DEFAULT_CONFIG : readAgentConfig(options.config);
  const config = {
    ...file,
    listen: options.listen ?? file.listen,
    stateDir: options.stateDir === undefined ? file.stateDir : resolve(options.stateDir),
    netns: options.netns ?? file.netns,
  };
  checkExposure(config);
  return config;
}

async function main(): Promise<void> {
  const config = effectiveConfig(program.parse().opts<Options>());
  const log = pino({ level: config.logLevel, base: { netns: config.netns ?? undefined } });
  const agent = await startAgent(config, log);
  const stop = (signal: string): void => {
    log.info({ signal }, 'stopping; routes stay in the kernel');
    agent.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: String(error) }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`weir-switch-agent: ${message}\n`);
  process.exit(1);
});
