import { createHash } from 'node:crypto';
import { GnmiWriter, OpenConfigProfile } from '@weir/adapter-gnmi';
import { compilePolicy, defaultPolicyText } from '@weir/adapter-policy-cel';
import { MemoryQueue } from '@weir/adapter-queue-memory';
import { ok } from '@weir/core/base';
import type { ConfigImage, DeviceId, DeviceOperation, Policy } from '@weir/core/model';
import type { Clock, DeviceWriter, Journal, Metrics, OperationQueue } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import { Engine, SouthboundExecutor, type ColumnStore } from '@weir/runtime';
import type { BenchFabric } from './fabric';

export const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
};

const noMetric = { add: () => undefined, set: () => undefined, observe: () => undefined };
const noMetrics: Metrics = {
  counter: () => noMetric,
  gauge: () => noMetric,
  histogram: () => noMetric,
};
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Moments of the change path, told as they happen. */
export interface Moments {
  frameMade(tookMs: number): void;
  imageRead(device: DeviceId): void;
  handedOut(operation: DeviceOperation): void;
  /** A Set with configuration is handed to gRPC. */
  setSent(device: DeviceId): void;
}

/** How long a breach lasts before it counts; the measurement starts when this time is over. */
export const HOLD_MS = 100;

/**
 * The default policy with its conditions, and no time spent on purpose: a short hold, no cool-down, a
 * short verification, so that the same objective can be missed again soon.
 */
export function benchPolicy(sampleIntervalMs: number): Policy {
  const compiled = compilePolicy(defaultPolicyText);
  if (!compiled.ok) throw new Error(compiled.error.reason);
  const policy = compiled.value;
  const verify = {
    settleMs: 0,
    minSamples: 1_000,
    maxMs: 50,
    minGainRatio: 0.01,
    alpha: 0.05,
    harm: { objectiveRatio: 10, otherObjectivesRatio: 10, lossIncrease: 1 },
    onInconclusive: 'rollback' as const,
  };
  return {
    ...policy,
    detect: { ...policy.detect, windowMs: 1, minCount: 1, holdMs: HOLD_MS, clearMs: 0 },
    freshness: {
      ...policy.freshness,
      staleMs: 3 * sampleIntervalMs,
      // One port at a time gets hot, and nobody sends what its neighbour would count.
      maxDisagreementRatio: Infinity,
    },
    limits: {
      ...policy.limits,
      maxChangesPerHour: 1_000_000,
      maxLayerShare: 1,
      dwellMs: 0,
      reversalWindowMs: 0,
    },
    rules: policy.rules.map((rule) => ({ ...rule, mode: 'auto', cooldownMs: 0, verify })),
  };
}

/** The daemon's engine and southbound parts around one journal, without its API. */
export function startController(
  fabric: BenchFabric,
  store: ColumnStore,
  journal: Journal,
  moments: Moments,
  sampleIntervalMs: number,
): { readonly engine: Engine; readonly writer: GnmiWriter; readonly queue: OperationQueue } {
  const writer = new GnmiWriter({ topology: fabric.topology, tls: { mode: 'insecure' } });
  const queue = new MemoryQueue();
  const executor = new SouthboundExecutor({
    writer: watched(fabric, writer, moments),
    clock,
    crashPoint: () => undefined,
  });
  void queue.work((operation) => executor.execute(operation));
  const engine = new Engine(
    {
      clock,
      timers: { after: () => () => undefined },
      journal,
      queue: {
        enqueue: (operation) => {
          moments.handedOut(operation);
          return queue.enqueue(operation);
        },
        onReport: (handler) => queue.onReport(handler),
        work: (execute) => queue.work(execute),
        depth: () => queue.depth(),
        close: () => queue.close(),
      },
      metrics: noMetrics,
      log: quiet,
      digest: (text) => createHash('sha256').update(text).digest('hex'),
      crashPoint: () => undefined,
      frame: () => {
        const startedMs = clock.monotonicMs();
        const frame = store.frame();
        moments.frameMade(clock.monotonicMs() - startedMs);
        return frame;
      },
    },
    {
      version: 'bench',
      configHash: 'bench',
      topology: fabric.topology,
      policy: benchPolicy(sampleIntervalMs),
      profiles: new Map([['openconfig', new OpenConfigProfile()]]),
      intentKinds,
      tickMs: 1_000,
      operationTimeoutMs: 5_000,
    },
  );
  return { engine, writer, queue };
}

/**
 * The real writer, with the moment of each Set noted. Devices that are never written have no
 * target; their configuration is known beforehand.
 */
function watched(fabric: BenchFabric, writer: GnmiWriter, moments: Moments): DeviceWriter {
  const served = new Set(fabric.victims.map((victim) => victim.leaf));
  const empty: ConfigImage = new Map();
  return {
    readImage: async (device, timeoutMs) => {
      if (!served.has(device)) return ok(fabric.images.get(device) ?? empty);
      const image = await writer.readImage(device, timeoutMs);
      if (image.ok) moments.imageRead(device);
      return image;
    },
    readLeaves: (device, paths, timeoutMs) => writer.readLeaves(device, paths, timeoutMs),
    probeCommitConfirmed: (device, timeoutMs) => writer.probeCommitConfirmed(device, timeoutMs),
    set: (device, leaves, commit, timeoutMs) => {
      moments.setSent(device);
      return writer.set(device, leaves, commit, timeoutMs);
    },
    confirm: (device, id, timeoutMs) => writer.confirm(device, id, timeoutMs),
    cancel: (device, id, timeoutMs) => writer.cancel(device, id, timeoutMs),
    close: () => writer.close(),
  };
}
