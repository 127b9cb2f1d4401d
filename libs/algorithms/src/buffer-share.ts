import type { BufferShare, BufferShareQuestion } from '@weir/core/model';

/**
 * What each of some queues holds that all want more than they get, bytes: a queue may grow to
 * alpha x (free buffer), so that N of them hold alpha x B / (1 + alpha x N) each and leave
 * B / (1 + alpha x N) free (Choudhury and Hahne, Dynamic queue length thresholds, 1998).
 */
export const thresholdBytes = (alpha: number, bufferBytes: number, queues: number): number =>
  (alpha * bufferBytes) / (1 + alpha * queues);

/**
 * Smallest power of two as alpha that gives each congested queue its burst: from the closed form,
 * alpha >= b / (B - N x b). No alpha does where the bursts together are the whole buffer. The
 * greatest alpha belongs to a class as a whole, whose congested queues share it evenly, as ABM's
 * thresholds do (Addanki et al., SIGCOMM 2022: alpha_p x 1/n_p x free buffer): one class cannot
 * take the buffer by being congested at many ports. Never below `leastExponent`.
 */
export function bufferShare(question: BufferShareQuestion): BufferShare {
  const { bufferBytes, congested, ofClass, burstBytes, leastExponent, mostExponent } = question;
  const most = Math.max(leastExponent, Math.floor(mostExponent - Math.log2(ofClass) + ROUNDING));
  const free = bufferBytes - congested * burstBytes;
  const wanted = free > 0 ? Math.ceil(Math.log2(burstBytes / free) - ROUNDING) : Infinity;
  const exponent = Math.min(most, Math.max(leastExponent, wanted));
  const limitBytes = thresholdBytes(2 ** exponent, bufferBytes, congested);
  return { exponent, limitBytes, fits: limitBytes >= burstBytes * (1 - ROUNDING) };
}

const ROUNDING = 1e-9;
