import type { Result } from '@weir/core/base';
import { bootErrorText, type BootRefusal } from './boot-error';
import type { Site } from './load-site';

interface Log {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

export interface ReloadOutcome {
  readonly atMs: number;
  readonly ok: boolean;
  /** Why the files were refused; empty when they were taken. */
  readonly detail: string;
}

/** Takes a site over: stops what worked on the old one and starts it on the new one. */
export type Takeover = (next: Site, previous: Site) => Promise<void>;

/**
 * The site in force, which is always one that was good. Reading it again replaces it as a whole,
 * or leaves it with the reason on record.
 */
export class SiteStore {
  private site: Site;
  private outcome: ReloadOutcome | null = null;
  private takeover: Takeover = () => Promise.resolve();
  private running: Promise<void> = Promise.resolve();
  private readonly listeners: ((outcome: ReloadOutcome) => void)[] = [];

  constructor(
    first: Site,
    private readonly load: () => Result<Site, BootRefusal>,
    private readonly log: Log,
    private readonly wallMs: () => number,
  ) {
    this.site = first;
  }

  get current(): Site {
    return this.site;
  }

  get lastReload(): ReloadOutcome | null {
    return this.outcome;
  }

  /** Calls back with the outcome of each reload. */
  onOutcome(listener: (outcome: ReloadOutcome) => void): void {
    this.listeners.push(listener);
  }

  onReload(takeover: Takeover): void {
    this.takeover = takeover;
  }

  /** One at a time; a reload asked for while one runs follows it. */
  reload(cause: string): Promise<void> {
    this.running = this.running.then(() => this.once(cause));
    return this.running;
  }

  private async once(cause: string): Promise<void> {
    const loaded = this.load();
    if (!loaded.ok) {
      const detail = bootErrorText(loaded.error);
      this.tell(false, detail);
      const hash = this.site.hash;
      this.log.error('reload refused, last good configuration stays', { cause, detail, hash });
      return;
    }
    const previous = this.site;
    const next = loaded.value;
    this.tell(true, '');
    if (next.hash === previous.hash) {
      this.log.info('reload found nothing new', { cause, hash: next.hash });
      return;
    }
    this.site = next;
    await this.takeover(next, previous);
    this.log.info('reload done', { cause, hash: next.hash, previousHash: previous.hash });
  }

  private tell(good: boolean, detail: string): void {
    const outcome = { atMs: this.wallMs(), ok: good, detail };
    this.outcome = outcome;
    for (const listener of this.listeners) listener(outcome);
  }
}
