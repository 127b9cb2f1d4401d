import { ok, type Result } from '@weir/core/base';
import { step, type LoopEnv, type LoopState } from '@weir/core/loop';
import type { FlightStore, Metrics } from '@weir/core/ports';
import { FlightRecorder } from './recorder';
import type { FlightEnvironment } from './recording';
import { environmentOf, walk, type Program, type RecordedPass, type Visitor } from './replay';

/** What recording costs, on the passes of a recording. */
export interface FlightCost {
  readonly passes: number;
  readonly ticks: number;
  /** Of all passes together. */
  readonly stepMs: number;
  readonly recorderMs: number;
  /** Slowest call of the recorder: a keyframe. */
  readonly worstMs: number;
  /** Bytes that go into memory for each pass, keyframes included, before compression. */
  readonly bytesPerPass: number;
}

const metric = { add: () => undefined, set: () => undefined, observe: () => undefined };
const noMetrics: Metrics = {
  counter: () => metric,
  gauge: () => metric,
  histogram: () => metric,
};
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Folds a recording with a recorder beside it that writes nowhere, and takes the time of both. */
export function flightCost(
  bytes: Uint8Array,
  program: Program,
  clockMs: () => number,
): Result<FlightCost> {
  const run = new CostRun(program, clockMs);
  const walked = walk(bytes, run);
  return walked.ok ? ok(run.cost()) : walked;
}

class CostRun implements Visitor {
  private readonly recorder: FlightRecorder;
  private env: LoopEnv | null = null;
  private state: LoopState | null = null;
  private passes = 0;
  private ticks = 0;
  private stepMs = 0;
  private recorderMs = 0;
  private worstMs = 0;
  private bytes = 0;

  constructor(
    private readonly program: Program,
    private readonly clockMs: () => number,
  ) {
    const store: FlightStore = {
      open: () => ({
        append: (entries) => {
          this.bytes += entries.length;
        },
        close: () => Promise.resolve(),
      }),
    };
    this.recorder = new FlightRecorder(
      { store, log: noLog, metrics: noMetrics, policyText: ({ hash }) => hash },
      { version: 'cost', keepMs: 60_000, maxBytes: 2 ** 28, always: true },
    );
  }

  environment(environment: FlightEnvironment): Result<void> {
    const env = environmentOf(environment, this.program);
    if (!env.ok) return env;
    this.env = env.value;
    return ok(undefined);
  }

  keyframe(state: LoopState): void {
    this.state ??= state;
  }

  pass({ event: { event, now } }: RecordedPass): boolean {
    const { env, state } = this;
    if (env === null || state === null) return true;
    const begunMs = this.clockMs();
    this.recorder.given(env, state, event, now);
    const givenMs = this.clockMs();
    const result = step(env, state, event, now);
    const steppedMs = this.clockMs();
    this.recorder.came(result, now);
    const recorderMs = givenMs - begunMs + (this.clockMs() - steppedMs);
    this.state = result.state;
    this.stepMs += steppedMs - givenMs;
    this.recorderMs += recorderMs;
    this.worstMs = Math.max(this.worstMs, recorderMs);
    this.passes++;
    if (event.kind === 'tick') this.ticks++;
    return true;
  }

  failed(): void {
    // The cost of a pass that failed is of no interest.
  }

  cost(): FlightCost {
    const { passes, ticks, stepMs, recorderMs, worstMs, bytes } = this;
    return { passes, ticks, stepMs, recorderMs, worstMs, bytesPerPass: bytes / passes };
  }
}
