import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { API_VERSION, DAEMON_ROLES, type DaemonRole } from '@weir/contracts';
import { stringify } from 'yaml';
import { FabricClient } from '../clients/fabric-client';
import { Child } from './child';
import { clearRedis } from './clear-redis';
import { freePort } from './free-port';
import type { Workspace } from './workspace';

/** Fabric and daemon of one run, as processes of their own. */
export interface Site {
  readonly fabric: FabricClient;
  /** Base URL of the daemon's API. */
  readonly apiUrl: string;
  readonly grpcPort: number;
  /** Where `/readyz` of each daemon process answers. */
  readonly readyUrls: readonly string[];
  onFailure(listener: (message: string) => void): void;
  stop(): Promise<void>;
  /** Removes what the stopped run left outside its workspace. */
  clear(): Promise<void>;
}

export interface SiteOptions {
  readonly redisUrl: string | null;
  readonly httpPort: number;
}

const START_DEADLINE_MS = 40_000;
const POLICY_FILE = join(__dirname, '..', '..', 'policy.yaml');

/** `main.js` beside the entry point of a workspace package. */
const mainOf = (name: string): string => join(dirname(require.resolve(name)), 'main.js');

/** Starts the fabric, then the daemon on its topology; what was started is stopped on failure. */
export async function startSite(workspace: Workspace, options: SiteOptions): Promise<Site> {
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    // The daemon first: it must not see its switches vanish.
    for (const child of [...children].reverse()) await child.stop();
  };
  try {
    return await start(workspace, options, children, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  workspace: Workspace,
  options: SiteOptions,
  children: Child[],
  stop: () => Promise<void>,
): Promise<Site> {
  const httpPort = await freePort(options.httpPort);
  const script = mainOf('@weir/fabric');
  const fabricChild = Child.start('fabric', script, ['--json'], workspace.path('fabric.log'));
  children.push(fabricChild);
  const ready = await within(fabricChild.line((line) => typeof line['control'] === 'string'));
  const fabric = new FabricClient(String(ready['control']));
  await writeFile(workspace.path('topology.yaml'), await fabric.topology());

  const groups: (readonly DaemonRole[])[] =
    options.redisUrl === null ? [DAEMON_ROLES] : DAEMON_ROLES.map((role) => [role]);
  const prefix = `weir-demo-${process.pid}-${Date.now()}`;
  const addresses = await Promise.all(
    groups.map(async (roles) => {
      const name = groups.length === 1 ? 'daemon' : (roles[0] ?? 'daemon');
      const config = configOf(roles, { ...options, httpPort }, prefix);
      const file = workspace.path(`${name}.yaml`);
      await writeFile(file, stringify(config));
      const main = mainOf('@weir/controller');
      const child = Child.start(name, main, ['--config', file], workspace.path(`${name}.log`));
      children.push(child);
      const line = await within(child.line((entry) => entry['msg'] === 'listening'));
      return {
        roles,
        http: Number(line['http']),
        grpc: Number(line['grpc']),
        otlp: Number(line['otlp']),
      };
    }),
  );
  const portOf = (role: DaemonRole) => addresses.find((entry) => entry.roles.includes(role));
  await fabric.reportTo(`127.0.0.1:${portOf('ingest')?.otlp ?? 0}`);
  return {
    fabric,
    apiUrl: `http://127.0.0.1:${portOf('api')?.http ?? 0}`,
    grpcPort: portOf('api')?.grpc ?? 0,
    readyUrls: addresses.map((entry) => `http://127.0.0.1:${entry.http}/readyz`),
    onFailure: (listener) => {
      for (const child of children) child.onUnexpectedExit = listener;
    },
    stop,
    clear: async () => {
      if (options.redisUrl !== null) await clearRedis(options.redisUrl, prefix);
    },
  };
}

function configOf(roles: readonly DaemonRole[], options: SiteOptions, prefix: string) {
  const isApi = roles.includes('api');
  return {
    apiVersion: API_VERSION,
    kind: 'ControllerConfig',
    spec: {
      roles,
      topology: 'topology.yaml',
      policy: POLICY_FILE,
      journal: { dir: 'journal' },
      ...(options.redisUrl === null ? {} : { redis: { url: options.redisUrl, prefix } }),
      api: {
        http: { host: '127.0.0.1', port: isApi ? options.httpPort : 0 },
        grpc: { host: '127.0.0.1', port: 0 },
      },
      telemetry: { sampleIntervalMs: 500, otlp: { host: '127.0.0.1', port: 0 } },
      tickMs: 250,
    },
  };
}

async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const reason = `nothing started within ${START_DEADLINE_MS / 1000} s`;
    timer = setTimeout(() => reject(new Error(reason)), START_DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
