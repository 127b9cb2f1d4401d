import { assert, err, ok, type Result } from '@weir/core/base';
import { pemMistake } from '@weir/tls';
import type { BootRefusal } from './boot-error';
import type { LoadedConfig } from './load-config';
import { readText } from './read-file';

/** PEM texts. */
export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a server of ours proves itself with, PEM texts; with `clientCa` clients must do so too. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** Every certificate and key of a configuration. */
export interface Certificates {
  /** Towards devices; empty for what the configuration leaves out. */
  readonly tls: TlsTexts;
  /** Of the HTTP and gRPC API; null: plain text. */
  readonly apiTls: ServerTls | null;
  /** Of the OTLP receiver; null: plain text. */
  readonly otlpTls: ServerTls | null;
}

/** Reads every certificate and key that the configuration names, and checks that they fit. */
export function loadTls(config: LoadedConfig): Result<Certificates, BootRefusal> {
  const { southbound, api, telemetry } = config.spec;
  const { caFile, certFile, keyFile } = southbound.tls;
  const files = { ca: caFile, cert: certFile, key: keyFile };
  const devices = textsOf(config, 'spec.southbound.tls', files, 'caFile');
  if (!devices.ok) return devices;
  const served = serverTls(config, 'spec.api.tls', api.tls);
  if (!served.ok) return served;
  const received = serverTls(config, 'spec.telemetry.otlp.tls', telemetry.otlp.tls);
  if (!received.ok) return received;
  return ok({ tls: devices.value, apiTls: served.value, otlpTls: received.value });
}

function serverTls(
  config: LoadedConfig,
  section: string,
  tls: LoadedConfig['spec']['api']['tls'],
): Result<ServerTls | null, BootRefusal> {
  if (tls === undefined) return ok(null);
  const files = { cert: tls.certFile, key: tls.keyFile, ca: tls.clientCaFile };
  const texts = textsOf(config, section, files, 'clientCaFile');
  if (!texts.ok) return texts;
  const { cert, key, ca } = texts.value;
  assert(cert !== undefined && key !== undefined, 'the schema requires certificate and key');
  return ok({ cert, key, ...(ca === undefined ? {} : { clientCa: ca }) });
}

function textsOf(
  { file }: LoadedConfig,
  section: string,
  files: Readonly<Record<keyof TlsTexts, string | undefined>>,
  caField: string,
): Result<TlsTexts, BootRefusal> {
  const fields = { ca: caField, cert: 'certFile', key: 'keyFile' } as const;
  const texts: { ca?: string; cert?: string; key?: string } = {};
  for (const part of ['cert', 'key', 'ca'] as const) {
    const path = files[part];
    if (path === undefined) continue;
    const where = `${section}.${fields[part]}`;
    const text = readText(path, 'config-invalid', { file, where });
    if (!text.ok) return text;
    texts[part] = text.value;
  }
  const mistake = pemMistake(texts);
  if (mistake === null) return ok(texts);
  const { part, reason } = mistake;
  const where = `${section}.${fields[part]}`;
  return err({ code: 'config-invalid', file, where, reason: `${files[part]}: ${reason}` });
}

/** The files that `loadTls` reads. */
export function tlsFiles({ spec }: LoadedConfig): readonly string[] {
  const { southbound, api, telemetry } = spec;
  const sections = [southbound.tls, api.tls ?? {}, telemetry.otlp.tls ?? {}];
  const files = sections.flatMap((section) =>
    Object.entries(section).flatMap(([name, value]) =>
      name.endsWith('File') ? [String(value)] : [],
    ),
  );
  return [...new Set(files)];
}
