import type { Clock, Metrics, Timers } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import { certificateDates } from '@weir/tls';
import type { Certificates } from '../boot/tls-files';
import type { CertificateStore } from './certificate-store';

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 3_600_000;
/** A certificate that ends sooner than this is said to, once a day. */
const WARN_DAYS = 30;

export interface ExpiryParts {
  readonly certificates: CertificateStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: Metrics;
  readonly log: LogPort;
}

/** Own certificates by where they are shown. */
function shown({ tls, apiTls, otlpTls }: Certificates): readonly (readonly [string, string])[] {
  const all = [
    ['southbound', tls.cert],
    ['api', apiTls?.cert],
    ['otlp', otlpTls?.cert],
  ] as const;
  return all.flatMap(([use, cert]) => (cert === undefined ? [] : [[use, cert] as const]));
}

/**
 * Publishes how many days each own certificate is still good for, and warns in time. Nothing is
 * refused by date here: the other side does that, and a wrong clock must not lock anyone out.
 * Returns the end of it.
 */
export function watchExpiry(parts: ExpiryParts): () => void {
  const { certificates, clock, timers, metrics, log } = parts;
  const days = metrics.gauge(
    'weir_tls_certificate_expiry_days',
    'Days until the certificate ends, by where it is shown; negative when it has ended.',
    ['use'],
  );
  const refused = metrics.gauge(
    'weir_tls_last_reload_success',
    'Whether the certificate files on disk are in force: 0 when they were refused.',
  );
  refused.set(1);
  const saidMs = new Map<string, number>();
  const look = (): void => {
    const nowMs = clock.wallMs();
    for (const [use, cert] of shown(certificates.current)) {
      const { subject, notBeforeMs, notAfterMs } = certificateDates(cert);
      const left = (notAfterMs - nowMs) / DAY_MS;
      days.set(Math.floor(left * 100) / 100, { use });
      if (left > WARN_DAYS && notBeforeMs <= nowMs) continue;
      if (nowMs - (saidMs.get(cert) ?? -Infinity) < DAY_MS) continue;
      saidMs.set(cert, nowMs);
      const fields = { use, subject, notAfter: new Date(notAfterMs).toISOString() };
      if (notBeforeMs > nowMs) log.error('certificate is not valid yet', fields);
      else if (left <= 0) log.error('certificate has expired', fields);
      else log.warn('certificate expires soon', { ...fields, days: Math.floor(left) });
    }
  };
  certificates.onReplaced(look);
  certificates.onOutcome((ok) => {
    refused.set(ok ? 1 : 0);
  });
  let cancel = (): void => undefined;
  const again = (): void => {
    look();
    cancel = timers.after(LOOK_EVERY_MS, again);
  };
  again();
  return () => {
    cancel();
  };
}
