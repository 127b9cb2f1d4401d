import { dirname, join } from 'node:path';
import { GnmiTelemetrySource, GnmiWriter, type TlsSettings } from '@weir/adapter-gnmi';
import { FileViewStore, GobgpWriter, MemoryViewStore } from '@weir/adapter-gobgp';
import { OtlpReceiver } from '@weir/adapter-otlp';
import type { ControllerConfigSpec } from '@weir/contracts';
import { assert } from '@weir/core/base';
import type { Clock, DeviceProfile, Metrics, Timers } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import type { Secrets } from '../boot/secrets';
import type { TlsTexts } from '../boot/tls-files';
import type { CertificateStore } from '../certificates/certificate-store';
import { serverCredentials } from '../certificates/server-credentials';
import type { Edge } from './adapters';
import { sessionWatch } from './session-watch';
import { speakerWatch } from './speaker-watch';
import { WriterByDevice } from './writers';

export interface EdgeParts {
  readonly settings: ControllerConfigSpec;
  readonly secrets: Secrets;
  readonly certificates: CertificateStore;
  readonly profiles: ReadonlyMap<string, DeviceProfile>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: Metrics;
  readonly log: LogPort;
}

/** gNMI and BGP speakers towards devices, OTLP from workloads. */
export function edgeOf(parts: EdgeParts): Edge {
  const { settings, secrets, certificates, profiles, clock, timers, metrics, log } = parts;
  const { southbound, telemetry } = settings;
  const { sampleIntervalMs } = telemetry;
  const { host, port } = telemetry.otlp;
  const session = {
    tls: liveTls(settings, certificates),
    credentials: secrets.credentials ?? undefined,
    keepaliveMs: southbound.keepaliveMs,
  };
  const { commitConfirmed } = southbound;
  const speakers = {
    // With several daemons a file of this one may be older than what another one wrote.
    store:
      settings.redis === undefined
        ? new FileViewStore(join(dirname(settings.journal.dir), 'speakers'))
        : new MemoryViewStore(),
    authorities: () => pem(certificates.current.tls.ca) ?? null,
    timers,
    onEvent: speakerWatch(metrics, log),
  };
  return {
    deviceWriter: (topology) =>
      new WriterByDevice(topology, {
        gnmi: new GnmiWriter({ ...session, topology, profiles, commitConfirmed }),
        bgp: new GobgpWriter({ topology, ...speakers }),
      }),
    networkTelemetry: (topology, sink) => {
      const onState = sessionWatch(topology, metrics, log);
      const shed = metrics.counter(
        'weir_gnmi_shed_total',
        'Times that a switch was not read for the rest of an interval: it sent far more than asked.',
      );
      const onShed = (): void => {
        shed.add(1);
      };
      const source = { ...session, topology, sink, clock, timers, sampleIntervalMs };
      return new GnmiTelemetrySource({ ...source, onState, onShed });
    },
    workloadTelemetry: (sink) => {
      const credentials = serverCredentials(certificates, ({ otlpTls }) => otlpTls);
      return new OtlpReceiver({ host, port, credentials, sink, clock, metrics });
    },
  };
}

const pem = (text: string | undefined): Buffer | undefined =>
  text === undefined ? undefined : Buffer.from(text);

/** The same object for as long as the same certificates are in force. */
function liveTls(
  settings: ControllerConfigSpec,
  certificates: CertificateStore,
): () => TlsSettings {
  let tls = tlsOf(settings, certificates.current.tls);
  certificates.onReplaced((now) => {
    tls = tlsOf(settings, now.tls);
  });
  return () => tls;
}

function tlsOf({ southbound }: ControllerConfigSpec, texts: TlsTexts): TlsSettings {
  const { mode, serverName } = southbound.tls;
  if (mode === 'insecure') return { mode };
  const ca = pem(texts.ca);
  const shared = {
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
  };
  if (mode === 'tls') return { mode, ...shared };
  const [cert, key] = [pem(texts.cert), pem(texts.key)];
  assert(cert !== undefined && key !== undefined, 'mutual TLS without its certificate');
  return { mode, cert, key, ...shared };
}
