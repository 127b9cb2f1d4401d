import { shareBuffer, type BufferClaim } from '../buffers/dynamic-threshold';
import { compare, type ModelCheck } from './check';

const SOURCE = 'Choudhury and Hahne, Dynamic Queue Length Thresholds, IEEE/ACM ToN 6(2), 1998';
const SHARED_BYTES = 16 * 2 ** 20;

/** N saturated queues hold alpha B / (1 + alpha N) each and leave B / (1 + alpha N) free. */
export function dynamicThresholdChecks(): ModelCheck[] {
  let queueError = 0;
  let freeError = 0;
  const queues = [1, 2, 3, 8, 64, 257];
  const exponents = [-4, -3, -2, -1, 0, 1, 2, 3];
  for (const count of queues) {
    for (const exponent of exponents) {
      const alpha = 2 ** exponent;
      const free = SHARED_BYTES / (1 + alpha * count);
      const claims = Array.from({ length: count }, () => saturated(alpha));
      const { depthBytes, freeBytes } = shareBuffer(SHARED_BYTES, claims);
      for (const depth of depthBytes)
        queueError = Math.max(queueError, Math.abs(depth - alpha * free));
      freeError = Math.max(freeError, Math.abs(freeBytes - free));
    }
  }
  const setup = `largest error in bytes of a 16 MiB buffer over N = ${queues.join(', ')} queues and alpha = 2^-4 .. 2^3`;
  // Sums of a few hundred doubles of 16 MiB are exact to far less than a thousandth of a byte.
  const common = { source: SOURCE, setup, expected: 0, tolerance: 1e-3 };
  return [
    compare({ ...common, name: 'dynamic threshold: depth of each queue', got: queueError }),
    compare({ ...common, name: 'dynamic threshold: what stays free', got: freeError }),
  ];
}

const saturated = (alpha: number): BufferClaim => ({
  alpha,
  dedicatedBytes: 0,
  staticLimitBytes: 0,
  wantedBytes: Infinity,
});
