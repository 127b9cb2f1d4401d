import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';

/** Configuration of the agent, all defaults filled in, file names absolute. */
export interface AgentConfig {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly stateDir: string;
  /** Network namespace (`ip netns`) whose kernel state is served; null: the agent's own. */
  readonly netns: string | null;
  /** rtnetlink protocol number that marks the agent's routes, 5..255. */
  readonly routeProtocol: number;
  /** How often the kernel is read when it reports nothing by itself, ms. */
  readonly pollMs: number;
  /** Null when nothing was said about it: plain text, and loopback only. */
  readonly tls:
    | null
    | { readonly mode: 'insecure' }
    | {
        readonly mode: 'tls' | 'mutual';
        readonly certFile: string;
        readonly keyFile: string;
        /** `mutual`: CA that client certificates must chain to. */
        readonly clientCaFile: string | null;
      };
  /** Environment variables that hold the user name and the password of callers. */
  readonly credentials: { readonly usernameEnv: string; readonly passwordEnv: string } | null;
  /** Ports whose rate is not their driver's: a shaped uplink, a virtual link. */
  readonly ports: ReadonlyMap<string, { readonly rateBps: bigint }>;
  /** Hash buckets of resilient nexthop groups; 0: plain groups. */
  readonly resilientBuckets: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** The file, or a field of it, cannot be used; the message begins with the path of the field. */
export class AgentConfigError extends Error {
  constructor(where: string, reason: string) {
    super(`${where}: ${reason}`);
    this.name = 'AgentConfigError';
  }
}

export const DEFAULT_CONFIG: AgentConfig = {
  listen: '127.0.0.1:9339',
  stateDir: '/var/lib/weir-switch-agent',
  netns: null,
  routeProtocol: 87,
  pollMs: 1000,
  tls: null,
  credentials: null,
  ports: new Map(),
  resilientBuckets: 0,
  logLevel: 'info',
};

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

export function readAgentConfig(file: string): AgentConfig {
  let value: unknown;
  try {
    value = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new AgentConfigError(file, error instanceof Error ? error.message : String(error));
  }
  return parseAgentConfig(value, dirname(resolve(file)));
}

/** `apiVersion: weir.dev/v1, kind: SwitchAgentConfig, spec: {...}`; paths relative to `base`. */
export function parseAgentConfig(value: unknown, base: string): AgentConfig {
  const root = new Fields(value, '', ['apiVersion', 'kind', 'spec', 'metadata']);
  root.choice('apiVersion', ['weir.dev/v1'], null);
  root.choice('kind', ['SwitchAgentConfig'], null);
  const names = [
    'listen',
    'stateDir',
    'netns',
    'routeProtocol',
    'pollMs',
    'tls',
    'credentials',
    'ports',
    'nexthopGroups',
    'log',
  ];
  const spec = root.object('spec', names) ?? new Fields({}, 'spec', names);
  const log = spec.object('log', ['level']);
  return {
    listen: spec.matching('listen', LISTEN, 'host:port') ?? DEFAULT_CONFIG.listen,
    stateDir: resolve(base, spec.text('stateDir') ?? DEFAULT_CONFIG.stateDir),
    netns: spec.matching('netns', NAMESPACE, 'the name of a network namespace'),
    routeProtocol: spec.integer('routeProtocol', 5, 255) ?? DEFAULT_CONFIG.routeProtocol,
    pollMs: spec.integer('pollMs', 100, 60_000) ?? DEFAULT_CONFIG.pollMs,
    tls: parseTls(spec, base),
    credentials: parseCredentials(spec),
    ports: parsePorts(spec),
    resilientBuckets: parseBuckets(spec),
    logLevel: log?.choice('level', LOG_LEVELS, DEFAULT_CONFIG.logLevel) ?? DEFAULT_CONFIG.logLevel,
  };
}

export const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/;
export const NAMESPACE = /^[A-Za-z0-9_.-]{1,200}$/;

/** Refuses to serve plain text to the network unless the file asks for exactly that. */
export function checkExposure(config: AgentConfig): void {
  const host = config.listen.slice(0, config.listen.lastIndexOf(':'));
  const loopback = host === 'localhost' || host === '[::1]' || host.startsWith('127.');
  if (!loopback && config.tls === null)
    throw new AgentConfigError(
      'spec.tls',
      `missing, and ${host} is not loopback; give certificates, or say mode: insecure`,
    );
}

function parseTls(spec: Fields, base: string): AgentConfig['tls'] {
  const tls = spec.object('tls', ['mode', 'certFile', 'keyFile', 'caFile']);
  if (tls === null) return null;
  const mode = tls.choice('mode', ['insecure', 'tls', 'mutual'] as const, null);
  if (mode === 'insecure') return { mode };
  const ca = mode === 'mutual' ? resolve(base, tls.required('caFile')) : null;
  return {
    mode,
    certFile: resolve(base, tls.required('certFile')),
    keyFile: resolve(base, tls.required('keyFile')),
    clientCaFile: ca,
  };
}

function parseCredentials(spec: Fields): AgentConfig['credentials'] {
  const credentials = spec.object('credentials', ['usernameEnv', 'passwordEnv']);
  if (credentials === null) return null;
  return {
    usernameEnv: credentials.required('usernameEnv'),
    passwordEnv: credentials.required('passwordEnv'),
  };
}

function parsePorts(spec: Fields): AgentConfig['ports'] {
  const ports = new Map<string, { readonly rateBps: bigint }>();
  const all = spec.object('ports', null);
  for (const name of all?.names ?? []) {
    const port = all?.object(name, ['rate']);
    if (port === null || port === undefined) continue;
    ports.set(name, { rateBps: port.rate('rate') });
  }
  return ports;
}

function parseBuckets(spec: Fields): number {
  const groups = spec.object('nexthopGroups', ['type', 'buckets']);
  if (groups === null) return 0;
  const type = groups.choice('type', ['plain', 'resilient'] as const, 'plain');
  const buckets = groups.integer('buckets', 2, 65_535);
  if (type === 'resilient') return buckets ?? DEFAULT_BUCKETS;
  if (buckets === null) return 0;
  throw new AgentConfigError('spec.nexthopGroups.buckets', 'only resilient groups have buckets');
}

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  K: 1_000n,
  M: 1_000_000n,
  G: 1_000_000_000n,
};

/** Steps of the shares that weights can give: better than 1 %, and 2 KB a group. */
const DEFAULT_BUCKETS = 128;

/** A mapping of the file that knows where it is, for errors that name the field. */
class Fields {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly path: string,
    /** Null: any name. */
    known: readonly string[] | null,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new AgentConfigError(path === '' ? '(document)' : path, 'must be a mapping');
    this.values = value as Record<string, unknown>;
    for (const name of Object.keys(this.values))
      if (known?.includes(name) === false)
        throw new AgentConfigError(this.at(name), `unknown; known are ${known.join(', ')}`);
  }

  get names(): readonly string[] {
    return Object.keys(this.values);
  }

  /** Bits a second: a number, or one with K, M or G (powers of 1000) behind it. */
  rate(name: string): bigint {
    const value = this.values[name];
    const text = typeof value === 'number' ? String(value) : this.text(name);
    const match = /^(\d{1,12})([KMG]?)$/.exec(text ?? '');
    const bps = BigInt(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 1n);
    if (bps > 0n) return bps;
    throw new AgentConfigError(this.at(name), 'must be a rate in bit/s such as 50M or 10G');
  }

  object(name: string, known: readonly string[] | null): Fields | null {
    const value = this.values[name];
    return value === undefined || value === null ? null : new Fields(value, this.at(name), known);
  }

  text(name: string): string | null {
    const value = this.values[name];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' && value !== '') return value;
    throw new AgentConfigError(this.at(name), 'must be a text that is not empty');
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === null) throw new AgentConfigError(this.at(name), 'missing');
    return value;
  }

  matching(name: string, pattern: RegExp, what: string): string | null {
    const value = this.text(name);
    if (value === null || pattern.test(value)) return value;
    throw new AgentConfigError(this.at(name), `"${value}" is not ${what}`);
  }

  integer(name: string, least: number, most: number): number | null {
    const value = this.values[name];
    if (value === undefined || value === null) return null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
      return value;
    throw new AgentConfigError(this.at(name), `must be a whole number from ${least} to ${most}`);
  }

  /** `fallback` null: the field must be there. */
  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word | null): Word {
    const value = this.values[name] ?? fallback;
    const word = words.find((item) => item === value);
    if (word !== undefined) return word;
    throw new AgentConfigError(this.at(name), `must be ${words.join(' or ')}`);
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
