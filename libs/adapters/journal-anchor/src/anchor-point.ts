import { refuse, ok, type Result } from '@weir/core/base';
import type { ChainPoint } from '@weir/core/ports';

/** The head of a journal at some time, as it is kept elsewhere. */
export interface AnchorPoint extends ChainPoint {
  readonly atMs: number;
  readonly epoch: number;
}

export const anchorLine = ({ sequence, hash, atMs, epoch }: AnchorPoint): string =>
  JSON.stringify({ sequence, hash, atMs, epoch });

/** `where` names the place for the refusal, e.g. `anchors.jsonl:17`. */
export function parseAnchor(text: string, where: string): Result<AnchorPoint> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('journal-corrupt', where, 'is not a line of JSON');
  }
  if (typeof parsed !== 'object' || parsed === null)
    return refuse('journal-corrupt', where, 'is not an object');
  const { sequence, hash, atMs, epoch } = parsed as Readonly<Record<string, unknown>>;
  if (!isCount(sequence) || sequence === 0)
    return refuse('journal-corrupt', `${where}: sequence`, 'expected a whole number above 0');
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
    return refuse('journal-corrupt', `${where}: hash`, 'expected 64 hexadecimal digits');
  if (!isCount(atMs) || !isCount(epoch))
    return refuse('journal-corrupt', `${where}: atMs, epoch`, 'expected whole numbers');
  return ok({ sequence, hash, atMs, epoch });
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
