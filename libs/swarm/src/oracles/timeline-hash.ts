import { createHash } from 'node:crypto';
import type { ConfigImage } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';

/**
 * SHA-256 over the canonical text of every event, in order: two runs with the same hash went the
 * same way to the last leaf. Canonical means JSON with maps as lists of pairs, sets as lists, and
 * numbers that JSON cannot carry spelled out; fields stand in the order in which the code makes them.
 * A record stands for itself by its own hash, and an image that many events show by one text.
 */
export class TimelineHash {
  private readonly hash = createHash('sha256');
  private readonly images = new WeakMap<ConfigImage, string>();

  add(event: TimelineEvent): void {
    this.hash.update(this.textOf(event)).update('\n');
  }

  /** Hex; the hash can go on afterwards. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  private textOf(event: TimelineEvent): string {
    if (event.kind === 'record') {
      const { atMs, process, record } = event;
      return `${atMs} record ${process} ${record.sequence} ${record.hash}`;
    }
    if (event.kind !== 'effect') return eventText(event);
    const { image, ...rest } = event;
    const known = this.images.get(image) ?? JSON.stringify([...image]);
    this.images.set(image, known);
    return `${JSON.stringify(rest, spelled)} ${known}`;
  }
}

/** One event as one line, for `--timeline`. */
export const eventText = (event: TimelineEvent): string => JSON.stringify(event, spelled);

function spelled(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)];
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  return value;
}
