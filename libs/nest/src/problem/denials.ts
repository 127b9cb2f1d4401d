import type { LogPort } from '../log/logger';

/** Who asked for what and was not let: enough to find them, nothing of what they sent. */
export interface Denial {
  readonly code: string;
  /** Names the caller where there is one. */
  readonly reason: string;
  readonly method: string;
  readonly path: string;
  /** Address that the request came from. */
  readonly client: string;
}

const MOST_PER_SECOND = 20;

/** The trace of denied requests in the log. Somebody who tries a lot cannot fill the disk with it. */
export class DenialLog {
  private second = -1;
  private said = 0;
  private suppressed = 0;

  constructor(
    private readonly log: Pick<LogPort, 'warn'>,
    private readonly monotonicMs: () => number,
  ) {}

  denied(denial: Denial): void {
    const second = Math.floor(this.monotonicMs() / 1_000);
    if (second !== this.second) this.said = 0;
    this.second = second;
    this.said += 1;
    if (this.said > MOST_PER_SECOND) {
      this.suppressed += 1;
      return;
    }
    const { suppressed } = this;
    this.suppressed = 0;
    this.log.warn('request denied', { ...denial, ...(suppressed === 0 ? {} : { suppressed }) });
  }
}
