import { cpus } from 'node:os';
import { INTERFACES_PER_LEAF } from './fabric';
import { runReactions, type Reaction, type RunResult } from './reaction-run';
import { quantileOf, rounded } from './statistics';
import { forkTargets, type Targets } from './targets';

export interface ReactionBenchOptions {
  /** Sizes of fabric, in interfaces; each is brought to a whole number of leaves. */
  readonly interfaces: readonly number[];
  /** Reactions measured for each size. */
  readonly iterations?: number;
  /** Every series of the fabric is sampled once in this time, ms. */
  readonly sampleIntervalMs?: number;
  /** Lines for people; the report goes to the caller. */
  readonly progress?: (line: string) => void;
  /** Starts the gNMI servers; default: in a process of their own. */
  readonly startTargets?: (interfaces: number) => Promise<Targets>;
}

export interface ReactionSize {
  readonly interfaces: number;
  readonly devices: number;
  readonly series: number;
  readonly rows: RunResult['rows'];
  readonly iterations: number;
  /** From the bytes of the telemetry frame to the Set that is handed to gRPC. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Medians of how far each step was, counted from the start; frame, journal and CPU are durations. */
  readonly stepsP50Ms: Readonly<Record<keyof Reaction, number>>;
  readonly background: { readonly updatesPerSecond: number; readonly coreShare: number };
  readonly bytesPerSeries: { readonly columns: number; readonly decoder: number };
}

export interface ReactionReport {
  readonly bench: 'reaction';
  readonly targetP99Ms: number;
  readonly sampleIntervalMs: number;
  /** Whether the largest size met the target. */
  readonly met: boolean;
  readonly sizes: readonly ReactionSize[];
  /** p50 and p99 of the largest size over those of the smallest, and the same of the interfaces. */
  readonly growth: { readonly interfaces: number; readonly p50: number; readonly p99: number };
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly method: readonly string[];
}

const TARGET_P99_MS = 50;
const DEFAULT_ITERATIONS = 200;
/** About 100,000 updates a second at 65,536 interfaces: what one core is meant to carry. */
const DEFAULT_SAMPLE_INTERVAL_MS = 10_000;

const METHOD = [
  'Start: the SubscribeResponse bytes of the hot interface are in memory. End: the first Set of the change is handed to gRPC.',
  'Real: decoder, columns, engine with the default rules, LMDB journal (fdatasync), memory queue, executor, gNMI Get over loopback before the Set.',
  'Excluded: the hold time of the policy (the frame that ends it is the start), the wait for the next tick (the engine is ticked when the frame is there; a daemon adds up to tickMs), the first connection and probe.',
  'Meanwhile every series of the fabric is sampled once per sample interval and decoded on the same core; making those bytes is part of its share.',
  'gNMI servers run for the leaves that are written, in a process of their own; images of the others are known beforehand.',
];

/** Measures the time from telemetry to Set on fabrics of several sizes. */
export async function runReactionBench(options: ReactionBenchOptions): Promise<ReactionReport> {
  const progress = options.progress ?? ((): void => undefined);
  const sampleIntervalMs = options.sampleIntervalMs ?? DEFAULT_SAMPLE_INTERVAL_MS;
  const sizes: ReactionSize[] = [];
  for (const wanted of options.interfaces) {
    const interfaces = Math.max(2, Math.round(wanted / INTERFACES_PER_LEAF)) * INTERFACES_PER_LEAF;
    progress(`${interfaces} interfaces: starting`);
    const targets = await (options.startTargets ?? forkTargets)(interfaces);
    try {
      const result = await runReactions({
        interfaces,
        iterations: options.iterations ?? DEFAULT_ITERATIONS,
        sampleIntervalMs,
        targets,
        progress: (done) => {
          if (done % 50 === 0) progress(`${interfaces} interfaces: ${done} reactions`);
        },
      });
      sizes.push(sizeOf(interfaces, result));
    } finally {
      await targets.close();
    }
  }
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined) throw new Error('no sizes to measure');
  return {
    bench: 'reaction',
    targetP99Ms: TARGET_P99_MS,
    sampleIntervalMs,
    met: largest.p99Ms < TARGET_P99_MS,
    sizes,
    growth: {
      interfaces: rounded(largest.interfaces / smallest.interfaces),
      p50: rounded(largest.p50Ms / smallest.p50Ms),
      p99: rounded(largest.p99Ms / smallest.p99Ms),
    },
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
    },
    method: METHOD,
  };
}

function sizeOf(interfaces: number, result: RunResult): ReactionSize {
  const column = (key: keyof Reaction): number[] => result.reactions.map((item) => item[key]);
  const at = (key: keyof Reaction, q: number): number => rounded(quantileOf(column(key), q));
  return {
    interfaces,
    devices: result.fabric.topology.devices.size,
    series: result.series,
    rows: result.rows,
    iterations: result.reactions.length,
    p50Ms: at('setMs', 0.5),
    p99Ms: at('setMs', 0.99),
    maxMs: at('setMs', 1),
    stepsP50Ms: {
      decodedMs: at('decodedMs', 0.5),
      frameMs: at('frameMs', 0.5),
      decidedMs: at('decidedMs', 0.5),
      preparedMs: at('preparedMs', 0.5),
      setMs: at('setMs', 0.5),
      journalMs: at('journalMs', 0.5),
      cpuMs: at('cpuMs', 0.5),
    },
    background: {
      updatesPerSecond: Math.round(result.updatesPerSecond),
      coreShare: rounded(result.backgroundShare),
    },
    bytesPerSeries: {
      columns: Math.round(result.memory.columnsBytes / result.series),
      decoder: Math.round(result.memory.decoderBytes / result.series),
    },
  };
}
