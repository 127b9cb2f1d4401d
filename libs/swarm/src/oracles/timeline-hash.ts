import { createHash } from 'node:crypto';
import type { TimelineEvent } from '../timeline';

/**
 * SHA-256 over the canonical text of every event, in order: two runs with the same hash went the
 * same way to the last leaf. Canonical means JSON with maps as lists of pairs, sets as lists, and
 * numbers that JSON cannot carry spelled out; fields stand in the order in which the code makes them.
 */
export class TimelineHash {
  private readonly hash = createHash('sha256');

  add(event: TimelineEvent): void {
    this.hash.update(eventText(event)).update('\n');
  }

  /** Hex; the hash can go on afterwards. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }
}

/** One event as one line, for the hash and for `--timeline`. */
export const eventText = (event: TimelineEvent): string => JSON.stringify(event, spelled);

function spelled(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)];
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  return value;
}
