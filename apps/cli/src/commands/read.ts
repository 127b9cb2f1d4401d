import {
  API_PATHS,
  apiPath,
  changeViewSchema,
  engineStatusSchema,
  incidentViewSchema,
  intentViewSchema,
  policyViewSchema,
  topologyViewSchema,
  versionSchema,
} from '@weir/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error';
import type { Session } from '../session';
import {
  deviceText,
  incidentText,
  intentText,
  policyText,
  statusText,
  topologyText,
} from '../views/describe-text';
import {
  changeList,
  deviceList,
  incidentList,
  intentList,
  journalList,
  linkList,
} from '../views/lists';
import { changeText } from '../views/plan-text';
import { CLIENT_VERSION } from '../version';
import { integerOption } from './option-values';
import {
  listChanges,
  listDevices,
  listIncidents,
  listIntents,
  listRecords,
  notFound,
  targetOf,
  type Target,
} from './resources';

interface GetOptions {
  readonly selector?: string;
  readonly state?: string;
  readonly limit: number;
}

const TYPES =
  'intents, changes, incidents, devices, policy, topology, journal, or a kind of intent';

export function addReadCommands(program: Command, session: Session): void {
  program
    .command('get <type> [name]')
    .description(`list resources: ${TYPES}`)
    .option('-l, --selector <labels>', 'intents with these labels, e.g. team=serving')
    .option('--state <state>', 'changes or incidents in this state')
    .option(
      '--limit <count>',
      'newest changes or incidents, or records of the journal',
      integerOption,
      100,
    )
    .action((type: string, name: string | undefined, options: GetOptions, command: Command) =>
      get(session, command, targetOf(type, name), options),
    );
  program
    .command('describe <type> [name]')
    .description('show everything about one resource')
    .action((type: string, name: string | undefined, _: unknown, command: Command) =>
      describe(session, command, targetOf(type, name)),
    );
  program
    .command('status')
    .description('show what the engine is doing and how the objectives stand')
    .action(async (_: unknown, command: Command) => {
      const status = await session.client(command).get(API_PATHS.status, engineStatusSchema);
      const printer = session.printer(command);
      printer.result(status, () => statusText(status, printer.style));
    });
  program
    .command('version')
    .description('show the versions of this program and of the daemon')
    .option('--client', 'only this program')
    .action(async (options: { readonly client?: boolean }, command: Command) => {
      const printer = session.printer(command);
      const server = options.client
        ? null
        : await session.client(command).get(API_PATHS.version, versionSchema);
      const lines = [`client ${CLIENT_VERSION}`, ...(server ? [`server ${server.version}`] : [])];
      const value = { client: CLIENT_VERSION, ...(server ? { server: server.version } : {}) };
      printer.result(value, () => lines.join('\n'));
    });
}

async function get(
  session: Session,
  command: Command,
  target: Target,
  options: GetOptions,
): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const nowMs = session.io.nowMs();
  const { state, limit } = options;
  const { resource, name } = target;
  if (name !== '' && resource !== 'policy' && resource !== 'topology')
    return getOne(session, command, target);
  switch (resource) {
    case 'intents':
      return printer.list(
        intentList(nowMs),
        await listIntents(client, target.kind, options.selector),
      );
    case 'changes':
      return printer.list(changeList(nowMs), await listChanges(client, { state }, limit));
    case 'incidents':
      return printer.list(incidentList(nowMs), await listIncidents(client, { state }, limit));
    case 'devices':
      return printer.list(deviceList(), await listDevices(client));
    case 'journal':
      return printer.list(journalList(), await listRecords(client, 1, limit));
    case 'policy':
      return describe(session, command, target);
    case 'topology': {
      const topology = await client.get(API_PATHS.topology, topologyViewSchema);
      if (printer.isText || printer.format === 'name')
        return printer.list(linkList(), topology.links);
      return printer.data(topology);
    }
  }
}

async function getOne(session: Session, command: Command, target: Target): Promise<void> {
  const printer = session.printer(command);
  const nowMs = session.io.nowMs();
  const item = await fetchOne(session, command, target);
  // A single resource prints as the table of one, and as itself in the other formats.
  const print = <Item>(view: Parameters<typeof printer.list<Item>>[0], value: Item): void =>
    printer.isText ? printer.list(view, [value]) : printer.one(view, value, () => '');
  if (item.resource === 'intents') print(intentList(nowMs), item.value);
  else if (item.resource === 'changes') print(changeList(nowMs), item.value);
  else if (item.resource === 'incidents') print(incidentList(nowMs), item.value);
  else if (item.resource === 'devices') print(deviceList(), item.value);
  else print(journalList(), item.value);
}

async function fetchOne(session: Session, command: Command, { resource, name, kind }: Target) {
  const client = session.client(command);
  switch (resource) {
    case 'intents': {
      const path = apiPath('intent', { kind: kind ?? '', name });
      return { resource, value: await client.get(path, intentViewSchema) } as const;
    }
    case 'changes':
      return {
        resource,
        value: await client.get(apiPath('change', { id: name }), changeViewSchema),
      } as const;
    case 'incidents': {
      const path = apiPath('incident', { id: name });
      return { resource, value: await client.get(path, incidentViewSchema) } as const;
    }
    case 'devices': {
      const devices = await listDevices(client);
      const value = devices.find((device) => device.name === name);
      if (!value)
        throw notFound(
          'device',
          name,
          devices.map((device) => device.name),
        );
      return { resource, value } as const;
    }
    case 'journal': {
      const [value] = await listRecords(client, integerOption(name), 1);
      if (!value) throw notFound('record', name, []);
      return { resource, value } as const;
    }
    default:
      throw new CliError({ code: 'request-invalid', reason: `${resource} has no parts by name` });
  }
}

async function describe(session: Session, command: Command, target: Target): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const { style } = printer;
  const nowMs = session.io.nowMs();
  if (target.resource === 'policy') {
    const policy = await client.get(API_PATHS.policy, policyViewSchema);
    return printer.result(policy, () => policyText(policy, style));
  }
  if (target.resource === 'topology') {
    const topology = await client.get(API_PATHS.topology, topologyViewSchema);
    return printer.result(topology, () => topologyText(topology, style));
  }
  if (target.name === '')
    throw new CliError({
      code: 'request-invalid',
      reason: `say which of the ${target.resource} to describe`,
      hint: `\`weir get ${target.resource} -o name\` lists them`,
    });
  const item = await fetchOne(session, command, target);
  switch (item.resource) {
    case 'intents':
      return printer.one(intentList(nowMs), item.value, () => intentText(item.value, style));
    case 'changes':
      return printer.one(changeList(nowMs), item.value, () => changeText(item.value, style));
    case 'incidents':
      return printer.one(incidentList(nowMs), item.value, () => incidentText(item.value, style));
    case 'devices':
      return printer.one(deviceList(), item.value, () => deviceText(item.value, style));
    case 'journal':
      return printer.one(journalList(), item.value, () => JSON.stringify(item.value, null, 2));
  }
}
