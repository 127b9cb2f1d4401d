import { readFileSync, unwatchFile, watchFile, type Stats } from 'node:fs';
import type { TargetTls } from '@weir/gnmi-server';
import { certificateDates, pemMistake, type PemTexts } from '@weir/tls';
import { AgentConfigError, type AgentConfig } from './config';
import type { Log } from './log';

type TlsConfig = AgentConfig['tls'];

/** Polling sees what editors and secret mounts do (rename, symlink swap), which events often miss. */
const INTERVAL_MS = 1_000;

/** Certificates of the configuration; null for plain text. Errors name the field of the file. */
export function readTls(tls: TlsConfig): TargetTls | null {
  if (tls === null || tls.mode === 'insecure') return null;
  const cert = read('certFile', tls.certFile);
  const key = read('keyFile', tls.keyFile);
  const ca = tls.clientCaFile === null ? null : read('caFile', tls.clientCaFile);
  const texts: PemTexts = { cert, key, ...(ca === null ? {} : { ca }) };
  const mistake = pemMistake(texts);
  if (mistake !== null) throw new AgentConfigError(`spec.tls.${mistake.part}File`, mistake.reason);
  return {
    cert: Buffer.from(cert),
    key: Buffer.from(key),
    clientCa: ca === null ? null : Buffer.from(ca),
  };
}

function read(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'cannot be read';
    throw new AgentConfigError(`spec.tls.${field}`, `${file}: ${code}`);
  }
}

/**
 * Calls back with the certificates whenever their files change to other good ones; bad ones are
 * logged, and the last good ones stay. Returns the end of it.
 */
export function watchTls(
  tls: TlsConfig,
  log: Log,
  replace: (certificates: TargetTls) => void,
): () => void {
  if (tls === null || tls.mode === 'insecure') return () => undefined;
  const files = [tls.certFile, tls.keyFile, tls.clientCaFile].filter((file) => file !== null);
  let inForce = '';
  const take = (): void => {
    try {
      const next = readTls(tls);
      const text = JSON.stringify(next);
      if (next === null || text === inForce) return;
      const first = inForce === '';
      inForce = text;
      const { subject, notAfterMs } = certificateDates(next.cert.toString());
      const fields = { subject, notAfter: new Date(notAfterMs).toISOString() };
      if (notAfterMs < Date.now()) log.error(fields, 'the certificate is expired');
      if (first) return;
      replace(next);
      log.info(fields, 'certificates replaced');
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log.error({ error: detail }, 'certificates refused, last good ones stay');
    }
  };
  take();
  const listener = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) take();
  };
  for (const file of files) watchFile(file, { interval: INTERVAL_MS, persistent: false }, listener);
  return () => {
    for (const file of files) unwatchFile(file, listener);
  };
}
