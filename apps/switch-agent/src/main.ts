#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import pino from 'pino';
import { readCredentials, startAgent } from './agent';
import { readTls } from './certificates';
import {
  checkExposure,
  DEFAULT_CONFIG,
  LISTEN,
  NAMESPACE,
  readAgentConfig,
  type AgentConfig,
} from './config';

import { settingsFromLeaves } from './interfaces/from-leaves';
import { partsOf } from './parts';
import { qosFromLeaves } from './qos';
import { routesFromLeaves } from './routes/from-leaves';
import { StateFile } from './store/state-file';

interface Options {
  readonly config?: string;
  readonly listen?: string;
  readonly stateDir?: string;
  readonly netns?: string;
  readonly check?: boolean;
}

const matching = (pattern: RegExp, what: string) => (value: string) => {
  if (!pattern.test(value)) throw new InvalidArgumentError(`it must be ${what}.`);
  return value;
};

const program = new Command('weir-switch-agent')
  .description(
    'gNMI target for a Linux switch: links, queues and routes of the kernel, seen and configured\n' +
      'by OpenConfig paths; every Set all or nothing; commit-confirmed. Needs CAP_NET_ADMIN.',
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
  .option('--check', 'judge the configuration, its files and the stored state, and start nothing')
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

/** Everything that can be wrong before the kernel is asked anything. */
async function check(config: AgentConfig): Promise<void> {
  readTls(config.tls);
  readCredentials(config.credentials, process.env);
  const stored = await new StateFile(config.stateDir).peek();
  const leaves = partsOf(new Map(stored?.config ?? []));
  routesFromLeaves(leaves.routes);
  settingsFromLeaves(leaves.interfaces);
  qosFromLeaves(leaves.qos);
  const count = stored?.config.length ?? 0;
  process.stdout.write(`good: answers on ${config.listen}, ${count} configured leaves stored\n`);
}

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const config = effectiveConfig(options);
  if (options.check === true) return check(config);
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
