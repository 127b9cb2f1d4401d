import type { LoopEffect } from '@weir/core/loop';
import type { Policy } from '@weir/core/model';
import { ByteWriter } from './byte-writer';

/**
 * What a recording is made of: entries, each `u8 kind | length | bytes`. A recording begins with an
 * environment and a keyframe; parts stand before the keyframe that refers to them.
 */
export const ENTRY = {
  environment: 1,
  part: 2,
  keyframe: 3,
  tick: 4,
  event: 5,
  outcome: 6,
  failed: 7,
} as const;
export type EntryKind = (typeof ENTRY)[keyof typeof ENTRY];

/** The policy as text, with what a program may set besides the text. */
export interface RecordedPolicy {
  readonly name: string;
  readonly hash: string;
  readonly text: string;
  readonly groups: Policy['groups'];
}

/** The program's own half of `LoopEnv` is known by its version; this is the rest. */
export interface RecordedEnvironment {
  readonly version: string;
  readonly policy: RecordedPolicy;
  readonly profiles: readonly string[];
  /** Plain fields of `LoopEnv`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export function entryOf(kind: EntryKind, write: (to: ByteWriter) => void): Uint8Array {
  const body = scratch;
  body.length = 0;
  write(body);
  const bytes = body.take();
  head.length = 0;
  head.u8(kind);
  head.varint(bytes.length);
  head.raw(bytes);
  return head.take();
}
const scratch = new ByteWriter();
const head = new ByteWriter();

/**
 * Effects as text for comparison; the answer to a question after the status changes nothing, and a
 * question to a solver comes back as an event.
 */
export function effectsText(effects: readonly LoopEffect[]): string {
  const counted = effects.filter(
    (effect) =>
      effect.kind === 'operate' ||
      (effect.kind === 'reply' && (!effect.result.ok || effect.result.value.kind !== 'status')),
  );
  return counted.length === 0 ? '' : JSON.stringify(counted);
}
