import { startTarget } from '@weir/gnmi-server';
import { readTls, watchTls } from './certificates';
import { AgentConfigError, type AgentConfig } from './config';
import { settingsFromLeaves } from './interfaces/from-leaves';
import { Interfaces } from './interfaces/interfaces';
import { PrefixAccounting } from './kernel/accounting';
import { BatchTool } from './kernel/batch';
import { probeCapabilities, type KernelCapabilities } from './kernel/capabilities';
import { IpKernel } from './kernel/kernel';
import { KernelMonitor } from './kernel/monitor';
import { ownedState } from './kernel/owned-state';
import { NftTool } from './kernel/nft';
import { LinuxBackend } from './linux-backend';
import { partsOf } from './parts';
import type { Log } from './log';
import { Qos } from './qos';
import { adoptRoutes } from './routes/adopt';
import { DEFAULT_IDS } from './routes/allocation';
import { Forwarding } from './routes/forwarding';
import { routesFromLeaves } from './routes/from-leaves';
import { leavesOfRoutes } from './routes/to-leaves';
import { PauseCounters } from './state/pause-counters';
import { PortSpeeds } from './state/port-speeds';
import { EMPTY_PERSISTED, StateFile, type PersistedState } from './store/state-file';
import { Turns } from './transaction';

export interface RunningAgent {
  readonly port: number;
  /** Stops serving. Routes stay in the kernel: a switch forwards without its agent. */
  close(): Promise<void>;
}

/**
 * Starts the agent: reads what was configured, takes the kernel there, then answers callers. A
 * commit whose time ran out meanwhile is rolled back at once.
 */
export async function startAgent(
  config: AgentConfig,
  log: Log,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RunningAgent> {
  const warn = (message: string): void => log.warn({}, message);
  const tools = openTools(config);
  const { kernel } = tools;
  const accounting = new PrefixAccounting(tools.nft, warn);
  const qos = new Qos({ ip: tools.ip, tc: tools.tc, ports: config.ports, log });
  const stateFile = new StateFile(config.stateDir);
  const stored = await stateFile.load();
  const capabilities = await probeCapabilities(kernel, DEFAULT_IDS.singlesFrom - 1);
  checkBuckets(config, capabilities);
  const [counting, queueing] = [await accounting.probe(), await qos.probe()];
  log.info({ ...capabilities, counting, qos: queueing }, 'kernel capabilities probed');

  const persisted = stored ?? (await adopted(kernel, config, stateFile, log));
  const leaves = partsOf(new Map(persisted.config));
  const forwarding = new Forwarding(
    kernel,
    { protocol: config.routeProtocol, buckets: config.resilientBuckets, log },
    routesFromLeaves(leaves.routes),
    persisted.ids,
  );
  const links = settingsFromLeaves(leaves.interfaces);
  const speeds = new PortSpeeds(config.netns);
  const backend = new LinuxBackend({
    kernel,
    turns: new Turns(),
    forwarding,
    interfaces: new Interfaces(kernel, log, links, persisted.links),
    qos,
    accounting,
    capabilities,
    speeds: (link) => {
      const driver = speeds.of(link);
      return { port: config.ports.get(link.name)?.rateBps ?? driver, driver };
    },
    pauses: new PauseCounters(config.netns, log),
    stateFile,
    persisted,
    protocol: config.routeProtocol,
    log,
  });
  await backend.converge('start');
  await backend.refreshState(true);
  const target = await startTarget({
    address: config.listen,
    backend,
    commitStore: backend,
    tls: readTls(config.tls),
    credentials: readCredentials(config.credentials, environment),
    onError: (message, error) => log.error({ error: String(error) }, message),
  });
  const stopWatchingTls = watchTls(config.tls, log, (tls) => target.replaceTls(tls));
  const stopWatching = watchKernel(config, backend, log);
  log.info({ port: target.port }, 'listening for gNMI');
  return {
    port: target.port,
    close: async () => {
      stopWatching();
      stopWatchingTls();
      await target.close();
      for (const tool of [tools.ip, tools.tc, tools.nft]) tool.close();
    },
  };
}

interface Tools {
  readonly ip: BatchTool;
  readonly tc: BatchTool;
  readonly nft: NftTool;
  readonly kernel: IpKernel;
}

function openTools({ netns }: AgentConfig): Tools {
  const [ip, tc] = [new BatchTool('ip', netns), new BatchTool('tc', netns)];
  const kernel = new IpKernel(ip, () => {
    ip.restart();
    tc.restart();
  });
  return { ip, tc, nft: new NftTool(netns), kernel };
}

function checkBuckets(config: AgentConfig, { resilientGroups }: KernelCapabilities): void {
  if (config.resilientBuckets > 0 && !resilientGroups.available)
    throw new AgentConfigError(
      'spec.nexthopGroups.type',
      `this kernel has no resilient groups: ${resilientGroups.reason}`,
    );
}

/** First start, or a lost state file: what the kernel holds under our protocol becomes the configuration. */
async function adopted(
  kernel: IpKernel,
  config: AgentConfig,
  stateFile: StateFile,
  log: Log,
): Promise<PersistedState> {
  const owned = ownedState(await kernel.read(), config.routeProtocol);
  const { routes, ids } = adoptRoutes(owned);
  const state = { ...EMPTY_PERSISTED, config: leavesOfRoutes(routes), ids };
  if (routes.length > 0)
    log.warn({ prefixes: routes.map((route) => route.prefix) }, 'routes adopted from the kernel');
  await stateFile.save(state);
  return state;
}

/** Reads the kernel on every event, at most once in 20 ms, and at the poll interval regardless. */
function watchKernel(config: AgentConfig, backend: LinuxBackend, log: Log): () => void {
  const refresh = (): void => {
    backend.refreshState(true).catch((error: unknown) => {
      log.error({ error: String(error) }, 'kernel could not be read');
    });
  };
  let soon: NodeJS.Timeout | null = null;
  const monitor = new KernelMonitor(
    config.netns,
    () => {
      soon ??= setTimeout(() => {
        soon = null;
        refresh();
      }, 20);
    },
    (message) => log.warn({}, message),
  );
  monitor.start();
  const poll = setInterval(() => {
    // Subscribers have the kernel read as well: no need to read it twice.
    const ageMs = Date.now() - Number(backend.stateTimeNs() / 1_000_000n);
    if (ageMs < 0 || ageMs > config.pollMs / 2) refresh();
  }, config.pollMs);
  return () => {
    clearInterval(poll);
    if (soon !== null) clearTimeout(soon);
    monitor.stop();
  };
}

/** User name and password from the environment; null when none are asked for. */
export function readCredentials(
  names: AgentConfig['credentials'],
  environment: NodeJS.ProcessEnv,
): { readonly username: string; readonly password: string } | null {
  if (names === null) return null;
  const username = environment[names.usernameEnv];
  const password = environment[names.passwordEnv];
  if (username === undefined || username === '')
    throw new Error(`spec.credentials.usernameEnv: ${names.usernameEnv} is not set`);
  if (password === undefined || password === '')
    throw new Error(`spec.credentials.passwordEnv: ${names.passwordEnv} is not set`);
  return { username, password };
}
