import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { isTerminal } from '@weir/core/change';
import type { DeviceId, DeviceOperation, EngineStatus } from '@weir/core/model';
import type { Journal } from '@weir/core/ports';
import { buildLayout, ColumnStore, type Engine } from '@weir/runtime';
import { clock, HOLD_MS, startController, type Moments } from './controller';
import { benchFabric, type BenchFabric, type Victim } from './fabric';
import { FabricFeed } from './feed';
import { liveBytes, type MemoryUse } from './memory';
import type { Targets } from './targets';

const BACKGROUND_UTILIZATION = 0.3;
const HOT_UTILIZATION = 0.95;
const HOT_PORT = 'up0';
const PACE_MS = 10;
const TICK_MS = 100;
const GIVE_UP_MS = 120_000;
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** One reaction, in ms since the bytes were there. */
export interface Reaction {
  readonly decodedMs: number;
  readonly frameMs: number;
  readonly decidedMs: number;
  readonly preparedMs: number;
  readonly setMs: number;
  /** Part of it in which the journal was being made durable. */
  readonly journalMs: number;
  /** Time of our process on the CPU. */
  readonly cpuMs: number;
}

export interface RunResult {
  readonly fabric: BenchFabric;
  readonly series: number;
  readonly rows: { readonly channels: number; readonly queues: number; readonly prefixes: number };
  readonly memory: MemoryUse;
  readonly updatesPerSecond: number;
  readonly backgroundShare: number;
  readonly reactions: readonly Reaction[];
}

export interface RunOptions {
  readonly interfaces: number;
  readonly iterations: number;
  /** Every series is sampled once in this time, ms. */
  readonly sampleIntervalMs: number;
  readonly targets: Targets;
  readonly progress: (done: number) => void;
}

/** Runs the loop on one size of fabric until it has reacted `iterations` times. */
export async function runReactions(options: RunOptions): Promise<RunResult> {
  const { ports } = options.targets;
  const fabric = benchFabric(options.interfaces, (leaf) => ports.get(leaf) ?? 1);
  const directory = await mkdtemp(join(tmpdir(), 'weir-bench-'));
  const journal = await openLmdbJournal({ dir: join(directory, 'journal') });
  const run = new ReactionRun(fabric, journal, options);
  try {
    return await run.whole();
  } finally {
    await run.stop();
    await journal.close();
    await rm(directory, { recursive: true, force: true });
  }
}

class ReactionRun implements Moments {
  private readonly store: ColumnStore;
  private readonly feed: FabricFeed;
  private readonly memory: MemoryUse;
  private readonly controller: ReturnType<typeof startController>;
  private readonly engine: Engine;
  private readonly workers: NodeJS.Timeout[] = [];
  private readonly reactions: Reaction[] = [];
  private suffering: Victim | null = null;
  private ticking = true;
  private startedMs = NaN;
  private startedCpu = process.cpuUsage();
  private journalMs = 0;
  private marks: { -readonly [Mark in keyof Reaction]?: number } = {};
  private readonly imagesRead = new Set<DeviceId>();
  private onSet: () => void = () => undefined;
  private feedingMs = 0;
  private openedMs = 0;

  constructor(
    private readonly fabric: BenchFabric,
    journal: Journal,
    private readonly options: RunOptions,
  ) {
    const layout = buildLayout(fabric.topology);
    const empty = liveBytes();
    this.store = new ColumnStore(layout, clock, { staleMs: 3 * options.sampleIntervalMs });
    const withStore = liveBytes();
    this.feed = new FabricFeed(fabric.topology, this.store, BACKGROUND_UTILIZATION);
    // The messages are the targets' and not ours; what the decoders keep of them is ours.
    const withMessages = liveBytes();
    this.feed.open(clock.wallMs());
    this.memory = {
      columnsBytes: withStore - empty,
      decoderBytes: liveBytes() - withMessages,
    };
    this.controller = startController(
      fabric,
      this.store,
      this.timed(journal),
      this,
      options.sampleIntervalMs,
    );
    this.engine = this.controller.engine;
  }

  async whole(): Promise<RunResult> {
    await this.start();
    const { victims } = this.fabric;
    for (let i = 0; this.reactions.length < this.options.iterations; i++) {
      await this.once(victims[i % victims.length] as Victim);
      this.options.progress(this.reactions.length);
    }
    const seconds = (clock.monotonicMs() - this.openedMs) / 1000;
    const { layout } = this.store;
    return {
      fabric: this.fabric,
      series: this.store.size,
      rows: {
        channels: layout.channels.length,
        queues: layout.queues.length,
        prefixes: layout.prefixes.length,
      },
      memory: this.memory,
      updatesPerSecond: this.feed.updates / seconds,
      backgroundShare: this.feedingMs / 1000 / seconds,
      reactions: this.reactions,
    };
  }

  async stop(): Promise<void> {
    for (const timer of this.workers) clearInterval(timer);
    await this.engine.stop();
    await this.controller.queue.close();
    await this.controller.writer.close();
  }

  frameMade(tookMs: number): void {
    this.marks.frameMs ??= tookMs;
  }

  imageRead(device: DeviceId): void {
    this.imagesRead.add(device);
  }

  handedOut(operation: DeviceOperation): void {
    if (operation.verb === 'snapshot') this.marks.decidedMs ??= this.sinceStart();
    if (operation.verb === 'commit') this.marks.preparedMs ??= this.sinceStart();
  }

  setSent(): void {
    if (this.marks.setMs === undefined) {
      this.marks.setMs = this.sinceStart();
      this.marks.journalMs = this.journalMs;
      const { user, system } = process.cpuUsage(this.startedCpu);
      this.marks.cpuMs = (user + system) / 1000;
    }
    this.onSet();
  }

  private sinceStart = (): number => clock.monotonicMs() - this.startedMs;

  private async start(): Promise<void> {
    await this.engine.start(1);
    for (const victim of this.fabric.victims) {
      await this.putObjective(victim);
      // As in a daemon that has run for a while: connected, and known what the device can do.
      await this.controller.writer.probeCommitConfirmed(victim.leaf, 5_000);
    }
    this.openedMs = clock.monotonicMs();
    const share = PACE_MS / this.options.sampleIntervalMs;
    let lastMs = clock.monotonicMs();
    this.workers.push(
      setInterval(() => {
        const nowMs = clock.monotonicMs();
        this.feed.sendShare(Math.min(1, (share * (nowMs - lastMs)) / PACE_MS), clock.wallMs());
        lastMs = nowMs;
        this.feedingMs += clock.monotonicMs() - nowMs;
      }, PACE_MS),
      setInterval(() => this.ticking && this.tick(), TICK_MS),
    );
    const objectives = this.fabric.victims.length;
    await this.until('a healthy start', async () => {
      const status = await this.status();
      const healthy = status.objectives.filter((item) => item.state === 'healthy').length;
      const known = this.imagesRead.size === objectives;
      return status.phase === 'running' && healthy === objectives && known;
    });
  }

  /** From healthy to missed, to the Set that answers it, and back. */
  private async once(victim: Victim): Promise<void> {
    this.ticking = false;
    this.suffering = victim;
    // The first bad frame makes the symptom pending; the frame after the hold time is the one.
    this.sendHot(victim);
    this.tick();
    await this.until('a pending symptom', async () => (await this.stateOf(victim)) === 'pending');
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS + PACE_MS));
    const sent = new Promise<void>((resolve) => (this.onSet = resolve));
    this.react(victim);
    this.ticking = true;
    await this.within('a Set', sent);
    // Without a decision since the start, another event was first (an image that was read anew).
    if (this.marks.decidedMs !== undefined) this.reactions.push({ ...NOT_SEEN, ...this.marks });
    this.suffering = null;
    await this.until('the end of the change', () => Promise.resolve(this.allEnded()));
    await this.until('health', async () => (await this.stateOf(victim)) === 'healthy');
  }

  /** The measured stretch: from the bytes of the stream to the Set that is handed to gRPC. */
  private react(victim: Victim): void {
    const bytes = this.feed.prepare(victim.leaf, HOT_PORT, clock.wallMs(), HOT_UTILIZATION);
    this.marks = {};
    this.journalMs = 0;
    this.startedCpu = process.cpuUsage();
    this.startedMs = clock.monotonicMs();
    this.feed.receive(victim.leaf, bytes);
    this.marks.decodedMs = this.sinceStart();
    this.tick();
  }

  private tick(): void {
    for (const victim of this.fabric.victims) {
      const latencyIndex = victim === this.suffering ? 8 : 3;
      this.store.observe({
        workload: victim.name,
        class: 'real-time-inference',
        metric: 'request-latency',
        boundsMs: BOUNDS_MS,
        counts: [...BOUNDS_MS, Infinity].map((_, i) => (i === latencyIndex ? 200 : 0)),
        errors: 0,
      });
    }
    this.engine.tick();
  }

  private sendHot(victim: Victim): void {
    const bytes = this.feed.prepare(victim.leaf, HOT_PORT, clock.wallMs(), HOT_UTILIZATION);
    this.feed.receive(victim.leaf, bytes);
  }

  private async putObjective(victim: Victim): Promise<void> {
    const result = await this.engine.command({
      verb: 'put-intent',
      by: 'bench',
      dryRun: false,
      intent: {
        kind: 'LatencyObjective',
        name: victim.name,
        labels: {},
        priority: 100,
        spec: {
          workloads: [victim.name],
          class: 'real-time-inference',
          quantile: 0.95,
          thresholdMs: 50,
          flows: [
            { sources: [victim.source], destinations: [victim.destination], direction: 'forward' },
          ],
        },
      },
    });
    if (!result.ok) throw new Error(`bench: ${result.error.where}: ${result.error.reason}`);
  }

  private timed(journal: Journal): Journal {
    return {
      append: async (epoch, atMs, bodies) => {
        const fromMs = clock.monotonicMs();
        const records = await journal.append(epoch, atMs, bodies);
        this.journalMs += clock.monotonicMs() - fromMs;
        return records;
      },
      read: (from) => journal.read(from),
      follow: (from, onRecord) => journal.follow(from, onRecord),
      lastSequence: () => journal.lastSequence(),
      verify: () => journal.verify(),
      close: () => journal.close(),
    };
  }

  private async status(): Promise<EngineStatus> {
    const result = await this.engine.command({ verb: 'status' });
    if (!result.ok || result.value.kind !== 'status') throw new Error('bench: no status');
    return result.value.status;
  }

  private async stateOf(victim: Victim): Promise<string> {
    const { objectives } = await this.status();
    return objectives.find((item) => item.id.endsWith(`/${victim.name}`))?.state ?? 'unknown';
  }

  private allEnded(): boolean {
    return [...this.engine.durable.changes.values()].every((change) => isTerminal(change.state));
  }

  private async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = clock.monotonicMs() + GIVE_UP_MS;
    while (!(await condition())) {
      if (clock.monotonicMs() > deadline) throw new Error(await this.explain(what));
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  private async within(what: string, awaited: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), GIVE_UP_MS);
    });
    const first = await Promise.race([awaited, late]);
    clearTimeout(timer);
    if (first === 'late') throw new Error(await this.explain(what));
  }

  /** Why the loop did not get there: its own words. */
  private async explain(what: string): Promise<string> {
    const { phase, holdReason, hottest } = await this.status();
    const change = [...this.engine.durable.changes.values()].at(-1);
    const incident = [...this.engine.durable.incidents.values()].at(-1);
    return (
      `bench: ${what} did not come within ${GIVE_UP_MS} ms; engine ${phase} ${holdReason}; ` +
      `last change ${change?.state ?? 'none'}: ${change?.reason ?? ''}; ` +
      `last incident: ${incident?.note ?? 'none'}; ` +
      `hottest channel ${hottest[0]?.channel ?? 'unknown'} at ${hottest[0]?.utilizationRatio ?? NaN}`
    );
  }
}

const NOT_SEEN: Reaction = {
  decodedMs: NaN,
  frameMs: NaN,
  decidedMs: NaN,
  preparedMs: NaN,
  setMs: NaN,
  journalMs: NaN,
  cpuMs: NaN,
};
