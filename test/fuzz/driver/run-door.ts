import fc from 'fast-check';
import { keptInputs } from './corpus';
import { Violation, type Door, type OpenDoor } from './door';
import { errorText, Watch } from './watch';

export interface Failure {
  /** Of the generated input, for `--replay`; null for one of the corpus. */
  readonly seed: number | null;
  /** Name in the corpus; null for a generated input. */
  readonly kept: string | null;
  readonly reason: string;
  readonly input: unknown;
}

export interface DoorReport {
  readonly door: string;
  readonly firstSeed: number;
  readonly inputs: number;
  readonly kept: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** Heap after garbage collection, bytes, after a quarter and at the end; null without gc. */
  readonly heap: { readonly quarterBytes: number; readonly endBytes: number } | null;
  readonly libraryBytesPerInput: number;
  readonly skipped: string | null;
}

export interface RunOptions {
  readonly firstSeed: number;
  /** Whether to go on to the next input, and how much of the run is behind us, 0..1. */
  readonly progress: (inputs: number) => number;
  /** Told before each input, so that whoever watches knows which one hangs or kills. */
  readonly onInput?: (seed: number | null, kept: string | null) => void;
  /** Stops at this many failures; default 5. */
  readonly maxFailures?: number;
  /** Without the corpus; for replays. */
  readonly onlySeeds?: boolean;
}

/** Good requests in between; each is a round trip at the doors that are servers. */
const GOOD_EVERY = 100;
const SHRINK_MS = 5_000;

/** Input of a seed; the same in every run as long as the door's arbitrary is the same. */
export function inputOfSeed<Input>(door: Door<Input>, seed: number): Input {
  const [input] = fc.sample(door.input, { seed, numRuns: 1 });
  return input as Input;
}

/** Feeds a door: the corpus first, then one input for each seed from `firstSeed` on. */
export async function runDoor(door: Door, options: RunOptions): Promise<DoorReport> {
  const open = await door.open();
  if ('skipped' in open) return report(door, options, { skipped: open.skipped });
  const run = new Run(door, open, options);
  try {
    await run.all();
  } finally {
    await open.close();
    run.watch.stop();
  }
  return report(door, options, run);
}

class Run {
  readonly watch = new Watch();
  readonly outcomes: Record<string, number> = {};
  readonly failures: Failure[] = [];
  inputs = 0;
  kept = 0;
  heap: { quarterBytes: number; endBytes: number } | null = null;

  constructor(
    private readonly door: Door,
    private readonly open: OpenDoor,
    private readonly options: RunOptions,
  ) {}

  async all(): Promise<void> {
    const { firstSeed, progress, onInput, onlySeeds } = this.options;
    for (const { name, input } of onlySeeds === true ? [] : keptInputs(this.door.name)) {
      onInput?.(null, name);
      this.kept++;
      const reason = await this.judge(input);
      if (reason !== null) this.failures.push({ seed: null, kept: name, reason, input });
    }
    let quarterBytes: number | null = null;
    for (let done = progress(0); done < 1 && !this.full(); done = progress(this.inputs)) {
      if (quarterBytes === null && done >= 0.25) quarterBytes = heapBytes();
      const seed = firstSeed + this.inputs;
      onInput?.(seed, null);
      this.inputs++;
      await this.seed(seed);
      if (this.inputs % GOOD_EVERY === 0) await this.good(seed);
    }
    if (!this.full()) await this.good(firstSeed + this.inputs - 1);
    const endBytes = heapBytes();
    if (quarterBytes !== null && endBytes !== null) this.heap = { quarterBytes, endBytes };
  }

  private full(): boolean {
    return this.failures.length >= (this.options.maxFailures ?? 5);
  }

  private async seed(seed: number): Promise<void> {
    const input = inputOfSeed(this.door, seed);
    const reason = await this.judge(input);
    if (reason === null) return;
    const smaller = await this.shrink(seed, input, reason);
    this.failures.push({ seed, kept: null, ...smaller });
  }

  /** What is wrong with how an input was taken; null when nothing is. */
  private async judge(input: unknown): Promise<string | null> {
    let reason: string | null = null;
    try {
      const outcome = await this.open.feed(input);
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      reason = error instanceof Violation ? error.message : `crash: ${errorText(error)}`;
    }
    return (await this.watch.findings()) ?? reason;
  }

  private async good(seed: number): Promise<void> {
    try {
      await this.open.good();
    } catch (error) {
      const reason = `a good request was not taken any more: ${errorText(error)}`;
      this.failures.push({ seed, kept: null, reason, input: null });
    }
  }

  /** The smallest input found in a few seconds that fails as well. */
  private async shrink(
    seed: number,
    input: unknown,
    reason: string,
  ): Promise<{ reason: string; input: unknown }> {
    const smallest = { reason, input };
    const property = fc.asyncProperty(this.door.input, async (candidate) => {
      const found = await this.judge(candidate);
      if (found === null) return;
      smallest.reason = found;
      smallest.input = candidate;
      throw new Violation(found);
    });
    await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
    return smallest;
  }
}

function report(door: Door, options: RunOptions, run: Partial<Run> & { skipped?: string }) {
  const { inputs = 0, kept = 0, outcomes = {}, failures = [], heap = null, skipped = null } = run;
  const { firstSeed } = options;
  const { name, libraryBytesPerInput = 0 } = door;
  const counts = { firstSeed, inputs, kept, outcomes, failures };
  return { door: name, ...counts, heap, libraryBytesPerInput, skipped };
}

/** Null unless node was started with --expose-gc. */
function heapBytes(): number | null {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  void gc();
  void gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
