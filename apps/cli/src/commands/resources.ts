import {
  apiPath,
  changeViewSchema,
  deviceViewSchema,
  incidentViewSchema,
  intentViewSchema,
  journalRecordSchema,
  MAX_PAGE_SIZE,
  nearest,
  pageOf,
  type IntentView,
} from '@weir/contracts';
import { findIntentKind, intentKinds } from '@weir/intents';
import type { z } from 'zod';
import type { ApiClient, Query } from '../api/client';
import { CliError } from '../cli-error';

/** What `get` and `describe` know, with the short names that people type. */
export const RESOURCES = {
  intents: ['intent', 'in'],
  changes: ['change', 'ch', 'chg'],
  incidents: ['incident', 'inc'],
  devices: ['device', 'dev'],
  policy: ['policies', 'pol'],
  topology: ['topo', 'links', 'link'],
  journal: ['j', 'records'],
} as const;
export type ResourceName = keyof typeof RESOURCES;

export interface Target {
  readonly resource: ResourceName;
  /** Empty: all. */
  readonly name: string;
  /** Kind of intent, when the type was one. */
  readonly kind: string | null;
}

/** Reads `changes`, `change chg-1`, `change/chg-1`, `drain optics`, `intent Drain/optics`. */
export function targetOf(type: string, name: string | undefined): Target {
  const slash = type.indexOf('/');
  if (slash > 0 && name === undefined) return targetOf(type.slice(0, slash), type.slice(slash + 1));
  const word = type.toLowerCase();
  for (const [resource, aliases] of Object.entries(RESOURCES))
    if (word === resource || (aliases as readonly string[]).includes(word))
      return qualified(resource as ResourceName, name ?? '');
  const kind = findIntentKind(word)?.kind;
  if (kind !== undefined) return { resource: 'intents', name: name ?? '', kind };
  throw unknownType(type);
}

/** The id of a change, also when it is given as `-o name` prints it. */
export const changeIdOf = (text: string): string => text.replace(/^change\//, '');

function qualified(resource: ResourceName, given: string): Target {
  const [singular] = RESOURCES[resource];
  const name = given.startsWith(`${singular}/`) ? given.slice(singular.length + 1) : given;
  if (resource !== 'intents' || name === '') return { resource, name, kind: null };
  const slash = name.indexOf('/');
  const kind = findIntentKind(name.slice(0, Math.max(slash, 0)))?.kind;
  if (kind !== undefined) return { resource, name: name.slice(slash + 1), kind };
  throw new CliError({
    code: 'request-invalid',
    reason: `an intent is named by kind and name, and "${name}" has no kind`,
    hint: `one of ${[...intentKinds.keys()].map((known) => `${known}/${name}`).join(', ')}`,
  });
}

function unknownType(type: string): CliError {
  const known = [...Object.keys(RESOURCES), ...intentKinds.keys()];
  const near = nearest(type, known);
  return new CliError({
    code: 'request-invalid',
    reason: `there is no type "${type}"`,
    hint: near ? `did you mean "${near}"?` : `types: ${known.join(', ')}`,
  });
}

/** Items of all pages, or the first `limit` of them. */
export async function listAll<Item extends z.ZodType>(
  client: ApiClient,
  path: string,
  item: Item,
  query: Query = {},
  limit = Infinity,
  cursor: 'after' | 'from' = 'after',
): Promise<z.output<Item>[]> {
  const items: z.output<Item>[] = [];
  let position: Query = {};
  while (items.length < limit) {
    const size = Math.min(limit - items.length, MAX_PAGE_SIZE);
    const page = await client.get(path, pageOf(item), { ...query, limit: size, ...position });
    items.push(...page.items);
    if (page.next === null) break;
    position = { [cursor]: page.next };
  }
  return items;
}

export const listChanges = (client: ApiClient, query: Query, limit: number) =>
  listAll(client, apiPath('changes'), changeViewSchema, query, limit);
export const listIncidents = (client: ApiClient, query: Query, limit: number) =>
  listAll(client, apiPath('incidents'), incidentViewSchema, query, limit);

export const listRecords = (client: ApiClient, from: number, limit: number) =>
  listAll(client, apiPath('journal'), journalRecordSchema, { from }, limit, 'from');

export async function listIntents(
  client: ApiClient,
  kind: string | null,
  selector: string | undefined,
): Promise<IntentView[]> {
  const wanted = parseSelector(selector);
  const page = await client.get(apiPath('intents'), pageOf(intentViewSchema));
  return page.items.filter(
    (intent) =>
      (kind === null || intent.kind === kind) &&
      wanted.every(([key, value]) => intent.metadata.labels[key] === value),
  );
}

export const listDevices = async (client: ApiClient) =>
  (await client.get(apiPath('devices'), pageOf(deviceViewSchema))).items;

function parseSelector(selector: string | undefined): [string, string][] {
  if (selector === undefined) return [];
  return selector.split(',').map((part) => {
    const [key, value, ...rest] = part.split('=');
    if (key && value !== undefined && rest.length === 0) return [key, value];
    throw new CliError({
      code: 'request-invalid',
      reason: `"${part}" is no label selector`,
      where: '--selector',
      hint: 'key=value, several separated by commas',
    });
  });
}

export function notFound(what: string, name: string, known: readonly string[]): CliError {
  const near = nearest(name, known);
  return new CliError({
    code: 'not-found',
    reason: `there is no ${what} "${name}"`,
    ...(near ? { hint: `did you mean "${near}"?` } : {}),
  });
}
