import type { Result } from '@weir/core/base';
import { bootErrorText, type BootRefusal } from '../boot/boot-error';
import type { Certificates } from '../boot/tls-files';

interface Log {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/**
 * The certificates in force. Read again when their files change: good ones count from the next
 * handshake on, of servers and towards devices alike; bad ones leave the last good ones in force.
 */
export class CertificateStore {
  private readonly listeners: ((now: Certificates) => void)[] = [];
  private readonly outcomes: ((ok: boolean) => void)[] = [];

  constructor(
    private certificates: Certificates,
    private readonly load: () => Result<Certificates, BootRefusal>,
    private readonly log: Log,
  ) {}

  get current(): Certificates {
    return this.certificates;
  }

  /** Calls back with each set of certificates that comes into force. */
  onReplaced(listener: (now: Certificates) => void): void {
    this.listeners.push(listener);
  }

  /** Calls back after each reading: false when the files were refused. */
  onOutcome(listener: (ok: boolean) => void): void {
    this.outcomes.push(listener);
  }

  reload(cause: string): void {
    const loaded = this.load();
    for (const listener of this.outcomes) listener(loaded.ok);
    if (!loaded.ok) {
      const detail = bootErrorText(loaded.error);
      this.log.error('certificates refused, last good ones stay', { cause, detail });
      return;
    }
    // A file that was touched is no news, and neither is the other file of the same pair.
    if (JSON.stringify(loaded.value) === JSON.stringify(this.certificates)) return;
    this.certificates = loaded.value;
    this.log.info('certificates replaced', { cause });
    for (const listener of this.listeners) listener(loaded.value);
  }
}
