import type { LogPort } from '@weir/nest';
import { crashPointFrom } from '../boot/crash-point';
import type { LoadedConfig } from '../boot/load-config';
import { Phases, phasesOf } from '../boot/phases';
import type { Secrets } from '../boot/secrets';
import type { SiteStore } from '../boot/site-store';
import type { CertificateStore } from '../certificates/certificate-store';
import { systemClock, systemTimers } from '../boot/system-clock';
import type { Backbone } from './backbone';
import { memoryBackbone } from './backbone-memory';
import { redisBackbone } from './backbone-redis';
import { catalog } from './catalog';
import type { Context, StopRequest } from './context';
import { edgeOf } from './edge';
import { prometheusMetrics } from './metrics';

export interface Parts {
  readonly config: LoadedConfig;
  readonly sites: SiteStore;
  readonly secrets: Secrets;
  readonly certificates: CertificateStore;
  readonly log: LogPort;
  readonly crashPoint: string | undefined;
  readonly requestStop: StopRequest;
}

/** Chooses every implementation from the configuration. Rejects when the journal cannot be used. */
export async function assemble(parts: Parts): Promise<Context> {
  const { config, sites, secrets, certificates, log, requestStop } = parts;
  const settings = config.spec;
  const clock = systemClock;
  const metrics = prometheusMetrics();
  const phases = new Phases(phasesOf(settings.roles), () => clock.wallMs());
  phases.onReached((phase) => {
    log.info('phase reached', { phase });
  });
  phases.reach('config');
  const reloaded = metrics.gauge(
    'weir_config_last_reload_success',
    'Whether the files on disk are in force: 0 when the last reload was refused.',
  );
  reloaded.set(1);
  sites.onOutcome((outcome) => {
    reloaded.set(outcome.ok ? 1 : 0);
  });
  return {
    settings,
    sites,
    secrets,
    certificates,
    catalog,
    edge: edgeOf({
      settings,
      secrets,
      certificates,
      profiles: catalog.profiles,
      clock,
      timers: systemTimers,
      metrics,
      log,
    }),
    backbone: await openBackbone(config, log),
    clock,
    timers: systemTimers,
    metrics,
    log,
    phases,
    crashPoint: crashPointFrom(parts.crashPoint),
    requestStop,
  };
}

function openBackbone({ spec }: LoadedConfig, log: LogPort): Promise<Backbone> {
  const journalDir = spec.journal.dir;
  if (spec.redis === undefined) return memoryBackbone({ journalDir, log });
  return redisBackbone({ ...spec.redis, journalDir, roles: spec.roles, clock: systemClock, log });
}
