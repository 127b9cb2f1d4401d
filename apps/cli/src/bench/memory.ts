import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that telemetry state takes, measured after a full garbage collection. */
export interface MemoryUse {
  /** Columns of the store: everything per series that is kept without the decoders. */
  readonly columnsBytes: number;
  /** Interned paths and predictions of the decoders. */
  readonly decoderBytes: number;
}

/** Live bytes of the process now: the heap and the array buffers outside of it. */
export function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
