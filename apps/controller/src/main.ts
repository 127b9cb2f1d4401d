#!/usr/bin/env node
import 'reflect-metadata';
import { installShutdown } from '@weir/nest';
import { parseInvocation, USAGE, type Arguments } from './boot/args';
import { bootErrorText } from './boot/boot-error';
import { VERSION } from './boot/version';
import { checkInputs, startDaemon, type RunningDaemon } from './run';

/** Supervisors kill after 30 s; devices undo by themselves what was not confirmed. */
const STOP_DEADLINE_MS = 20_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`weir-controller: ${text}\n`);

async function main(): Promise<void> {
  const invocation = parseInvocation(process.argv.slice(2));
  switch (invocation.kind) {
    case 'help':
      say(USAGE.trimEnd());
      return;
    case 'version':
      say(VERSION);
      return;
    case 'usage':
      complain(`${invocation.message}\n\n${USAGE.trimEnd()}`);
      process.exitCode = 2;
      return;
    case 'run':
      await (invocation.arguments.check ? check(invocation.arguments) : run(invocation.arguments));
  }
}

async function check({ config }: Arguments): Promise<void> {
  const inputs = checkInputs(config, process.env);
  if (!inputs.ok) {
    complain(bootErrorText(inputs.error));
    process.exitCode = 1;
    return;
  }
  const { site } = inputs.value;
  const { topology, policy, intents } = site;
  say(`configuration ok: ${inputs.value.config.file}`);
  say(
    `topology ${topology.name}: ${topology.devices.size} devices, ${topology.links.length} links`,
  );
  say(`policy ${policy.name}: ${policy.rules.length} rules; intents: ${intents.length}`);
  say(`hash ${site.hash}`);
}

async function run({ config }: Arguments): Promise<void> {
  let running: RunningDaemon | null = null;
  let starting: Promise<unknown> = Promise.resolve();
  const write = (message: string, fields: Record<string, unknown>): void => {
    process.stdout.write(
      `${JSON.stringify({ time: Date.now(), level: 'info', ...fields, msg: message })}\n`,
    );
  };
  const shutdown = installShutdown({
    // A signal during the start lets the start end first: half a start cannot be stopped in order.
    stop: async () => {
      await starting;
      await running?.stop();
    },
    deadlineMs: STOP_DEADLINE_MS,
    log: { info: write, warn: write, error: write },
    exit: (code) => process.exit(code),
  });
  const start = startDaemon({
    configFile: config,
    env: process.env,
    requestStop: (reason, code) => {
      shutdown.request(reason, code);
    },
  });
  starting = start.catch(() => undefined);
  const started = await start;
  if (!started.ok) {
    shutdown.dispose();
    complain(bootErrorText(started.error));
    process.exitCode = 1;
    return;
  }
  running = started.value;
  process.on('SIGHUP', () => void running?.reload('SIGHUP'));
}

main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
