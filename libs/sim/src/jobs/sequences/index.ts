/**
 * Recorded sequences of collectives as training steps: which calls one iteration of a real model
 * makes, among which ranks, with how many bytes. Pure: text in, steps out.
 */
import { refuse, type Result } from '@weir/core/base';
import { parseAicb } from './aicb';
import { DEFAULT_SEQUENCE_OPTIONS, type Sequence, type SequenceOptions } from './call';
import { parseSimai } from './simai';

export { DEFAULT_SEQUENCE_OPTIONS, type Sequence, type SequenceOptions } from './call';

/** Reads either format, told apart by its header; `request-invalid` where it is neither. */
export function parseSequence(
  text: string,
  options: Partial<SequenceOptions> = {},
): Result<Sequence> {
  const complete = { ...DEFAULT_SEQUENCE_OPTIONS, ...options };
  if (text.startsWith('HYBRID_TRANSFORMER')) return parseSimai(text, complete);
  if (/^comm_type,/m.test(text)) return parseAicb(text, complete);
  return refuse('request-invalid', 'line 1', 'neither a sequence of AICB nor one of SimAI');
}
