import type { JournalRecord, RecordBody } from '../model';
import { chainText, GENESIS_HASH, JournalFenced } from './journal-text';

/** Where a chain ends: what the next record must follow from. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
  /** Highest epoch that has written. */
  readonly epoch: number;
}

export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: GENESIS_HASH, epoch: 0 };

/** A record in the form in which stores keep it: the text that is hashed, and its hash. */
export interface ChainLink {
  readonly sequence: number;
  /** Canonical JSON of [sequence, atMs, epoch, body]. */
  readonly text: string;
  readonly hash: string;
}

/**
 * Links for `bodies` on top of `head`. Throws JournalFenced when `epoch` is older than the head's
 * and TypeError on what JSON cannot carry. `digest`: SHA-256 in hex.
 */
export function chainLinks(
  head: ChainHead,
  epoch: number,
  atMs: number,
  bodies: readonly RecordBody[],
  digest: (text: string) => string,
): ChainLink[] {
  if (epoch < head.epoch) throw new JournalFenced(epoch, head.epoch);
  let { sequence, hash } = head;
  return bodies.map((body) => {
    sequence++;
    const hashed = chainText(hash, { sequence, atMs, epoch, body });
    const text = hashed.slice(hash.length + 1);
    hash = digest(hashed);
    return { sequence, text, hash };
  });
}

/** Whether the link follows from the hash before it. */
export function linkFollows(
  previousHash: string,
  link: ChainLink,
  digest: (text: string) => string,
): boolean {
  return digest(`${previousHash}\n${link.text}`) === link.hash;
}

/** The record of a link, or null when its text is not one. */
export function linkRecord(link: ChainLink): JournalRecord | null {
  let parts: unknown;
  try {
    parts = JSON.parse(link.text);
  } catch {
    // Damaged or cut: the caller decides whether that is a torn tail.
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== link.sequence) return null;
  const [sequence, atMs, epoch, body] = parts as [number, number, number, RecordBody];
  return { sequence, atMs, epoch, body, hash: link.hash };
}
