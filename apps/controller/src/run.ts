import { err, ok, type Result } from '@weir/core/base';
import { createLogger, logPort } from '@weir/nest';
import type { DestinationStream } from 'pino';
import type { BootRefusal } from './boot/boot-error';
import { watchFiles } from './boot/file-watch';
import { loadConfig, type LoadedConfig } from './boot/load-config';
import { loadSite, type Site } from './boot/load-site';
import { loadSecrets, type Secrets } from './boot/secrets';
import { SiteStore } from './boot/site-store';
import { loadTls, tlsFiles } from './boot/tls-files';
import { VERSION } from './boot/version';
import { CertificateStore } from './certificates/certificate-store';
import { watchExpiry } from './certificates/expiry-watch';
import { Daemon, type Addresses } from './daemon';
import { assemble } from './wiring/assemble';
import { catalog } from './wiring/catalog';
import type { StopRequest } from './wiring/context';
import { systemClock } from './boot/system-clock';

export interface DaemonOptions {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called when the daemon must not go on; whoever runs it calls `stop`. */
  readonly requestStop: StopRequest;
  /** Where JSON log lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

export interface RunningDaemon {
  readonly addresses: Addresses;
  /** Reads topology, policy, intents and certificates again; resolves when they are in force, or refused. */
  readonly reload: (cause: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Inputs {
  readonly config: LoadedConfig;
  readonly site: Site;
  readonly secrets: Secrets;
}

/** Reads and checks every file and secret; nothing is opened or started. */
export function checkInputs(
  configFile: string,
  env: DaemonOptions['env'],
): Result<Inputs, BootRefusal> {
  const config = loadConfig(configFile);
  if (!config.ok) return config;
  const site = loadSite(config.value, catalog);
  if (!site.ok) return site;
  const secrets = loadSecrets(config.value, env);
  if (!secrets.ok) return secrets;
  return ok({ config: config.value, site: site.value, secrets: secrets.value });
}

/**
 * Starts the daemon: all inputs are good, or the first bad one is returned and nothing was started.
 * Rejects when the journal or an address cannot be had.
 */
export async function startDaemon(
  options: DaemonOptions,
): Promise<Result<RunningDaemon, BootRefusal>> {
  const inputs = checkInputs(options.configFile, options.env);
  if (!inputs.ok) return err(inputs.error);
  const { config, site, secrets } = inputs.value;
  const { destination } = options;
  const logger = createLogger({
    level: config.spec.log.level,
    ...(destination === undefined ? {} : { destination }),
  });
  const log = logPort(logger);
  const { roles } = config.spec;
  log.info('starting', { version: VERSION, roles, config: config.file, configHash: site.hash });
  const load = (): Result<Site, BootRefusal> => reloadSite(config, log);
  const sites = new SiteStore(site, load, log, () => systemClock.wallMs());
  const certificates = new CertificateStore(secrets.certificates, () => loadTls(config), log);
  const context = await assemble({
    config,
    sites,
    secrets,
    certificates,
    log,
    crashPoint: options.env['WEIR_CRASH_POINT'],
    requestStop: options.requestStop,
  });
  const daemon = await Daemon.start(context, logger);
  const unwatch = [
    watchFiles(filesOf(config), () => void sites.reload('file changed')),
    watchFiles(tlsFiles(config), () => {
      certificates.reload('file changed');
    }),
    watchExpiry({ ...context, certificates }),
  ];
  log.info('listening', { ...daemon.addresses });
  return ok({
    addresses: daemon.addresses,
    reload: (cause) => {
      certificates.reload(cause);
      return sites.reload(cause);
    },
    stop: async () => {
      for (const end of unwatch) end();
      await daemon.stop();
    },
  });
}

/** The site as the files are now; other settings count from the next start. */
function reloadSite(
  running: LoadedConfig,
  log: ReturnType<typeof logPort>,
): Result<Site, BootRefusal> {
  const config = loadConfig(running.file);
  if (!config.ok) return config;
  const rest = ({ spec }: LoadedConfig): string =>
    JSON.stringify({ ...spec, topology: '', policy: '', intents: [] });
  if (rest(config.value) !== rest(running))
    log.warn('settings changed, they count from the next start', { config: running.file });
  return loadSite(config.value, catalog);
}

function filesOf({ file, spec }: LoadedConfig): readonly string[] {
  const { topology, policy, intents } = spec;
  return [file, topology, ...(policy === undefined ? [] : [policy]), ...intents];
}
