import type { AnchorPoint } from './anchor-point';

/** A place outside the journal that keeps heads. `write` rejects when the head may not be there. */
export interface AnchorSink {
  /** Label of its metrics and log lines. */
  readonly name: string;
  write(point: AnchorPoint): Promise<void>;
  close(): Promise<void>;
}
