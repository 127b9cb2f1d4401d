import { assert, seededRandom } from '@weir/core/base';
import { isTerminal } from '@weir/core/change';
import type { ChangeState } from '@weir/core/model';
import { unfinishedMs } from './liveness';
import { Client } from './client';
import { chosenOptions, type Chosen } from './draw';
import { judge, ORACLES, TimelineHash, type OracleFactory, type Violation } from '../oracles';
import { OPERATION_TIMEOUT_MS, TICK_MS } from '../plant/timing';
import { Plant } from '../plant/plant';
import type { FinalView, TimelineEvent } from '../timeline';
import type { SeedResult } from './seed-result';

export interface SeedOptions {
  /** Names of fault options that may be drawn. A list means all of it, `all` a swarm of them. */
  readonly faults: readonly string[] | 'all';
  /** Oracles besides those of this package. */
  readonly extra?: readonly OracleFactory[];
  /** Sees every event, for those who want to look at one run. */
  readonly watch?: (event: TimelineEvent) => void;
}

/**
 * One run: a safety phase with faults, then everything heals, then a bounded time after which
 * nothing may be open any more. The same seed and faults give the same run.
 */
export async function runSeed(seed: number, options: SeedOptions): Promise<SeedResult> {
  const random = seededRandom(seed);
  const chosen = chosenOptions(random.fork('options'), options.faults);
  const safetyMs = 60_000 + random.fork('length').below(60_000);
  const run = new Run(seed, chosen, options);
  await run.safety(safetyMs);
  await run.liveness();
  return run.result();
}

/** A world in which nothing was open for so long does not come to life by itself any more. */
const QUIET_MS = 12_000;

/** How often processes are asked what they know; each answer is a pass of the loop as well. */
const SAMPLE_MS = 4 * TICK_MS;

/** Within this an idle process says what it knows of itself. */
const LOOK_MS = 10;

class Run {
  private readonly plant: Plant;
  private readonly client: Client;
  private readonly hash = new TimelineHash();
  private readonly judge;
  private readonly states = new Map<string, ChangeState>();
  private violations: readonly Violation[] = [];

  constructor(
    private readonly seed: number,
    private readonly chosen: Chosen,
    private readonly options: SeedOptions,
  ) {
    const random = seededRandom(seed);
    this.plant = new Plant(random.fork('plant'), (event) => {
      this.see(event);
    });
    this.judge = judge([...ORACLES, ...(options.extra ?? [])], {
      topology: this.plant.fabric.topology,
      policy: this.plant.policy,
      operationTimeoutMs: OPERATION_TIMEOUT_MS,
      images: this.plant.initialImages,
    });
    this.client = new Client(this.plant, random.fork('client'));
  }

  async safety(safetyMs: number): Promise<void> {
    const { plant } = this;
    const random = seededRandom(this.seed).fork('faults');
    for (const option of this.chosen) option.arm(plant, random.fork(option.name), safetyMs);
    for (const process of plant.processes) process.start();
    plant.telemetryTick();
    this.sampleTick();
    this.client.begin(safetyMs);
    await this.runUntil(safetyMs);
  }

  async liveness(): Promise<void> {
    const { plant } = this;
    plant.healAll();
    void this.client.end();
    const untilMs = plant.time.nowMs + unfinishedMs(plant.policy, OPERATION_TIMEOUT_MS);
    let quietMs = 0;
    let final: FinalView | null = null;
    while (final === null) {
      await this.runUntil(plant.time.nowMs + TICK_MS);
      quietMs = this.isQuiet() ? quietMs + TICK_MS : 0;
      const isOver = plant.time.nowMs >= untilMs;
      if (quietMs < QUIET_MS && !isOver) continue;
      // Looking takes a moment too, in which the loop may have begun something.
      const seen = await this.finalView();
      if (this.isQuiet() || isOver) final = seen;
    }
    this.violations = this.judge.end(final);
  }

  result(): SeedResult {
    const { plant, seed } = this;
    const changes: Record<string, number> = {};
    for (const state of this.states.values()) changes[state] = (changes[state] ?? 0) + 1;
    return {
      seed,
      options: this.chosen.map(({ name }) => name),
      fired: Object.fromEntries([...plant.hits].sort(([a], [b]) => (a < b ? -1 : 1))),
      violations: [...plant.bugs, ...this.violations],
      timelineHash: this.hash.digest(),
      changes,
      virtualMs: plant.time.nowMs,
    };
  }

  /** Somebody leads, nothing is open, and nothing is due to be undone. */
  private isQuiet(): boolean {
    const { leader, devices } = this.plant;
    if (leader === null || devices.pendingCommits.size > 0) return false;
    for (const state of this.states.values()) if (!isTerminal(state)) return false;
    const wallMs = leader.clock.wallMs();
    return !leader.changes().some(({ leaseUntilMs }) => (leaseUntilMs ?? Infinity) <= wallMs);
  }

  private see(event: TimelineEvent): void {
    this.hash.add(event);
    this.judge.see(event);
    this.options.watch?.(event);
    if (event.kind !== 'record') return;
    const { body } = event.record;
    if (body.kind === 'change-proposed') this.states.set(body.change.id, body.change.state);
    else if (body.kind === 'change-transition') this.states.set(body.id, body.to);
  }

  /** Lets virtual time pass, from one due timer to the next. */
  private async runUntil(untilMs: number): Promise<void> {
    const { time } = this.plant;
    assert(untilMs >= time.nowMs, 'time does not go back');
    await settled();
    for (let next = time.nextMs(); next <= untilMs; next = time.nextMs()) {
      time.nowMs = next;
      time.runDue();
      await settled();
    }
    time.nowMs = untilMs;
  }

  /** What each leader says of itself. */
  private sampleTick(): void {
    const { plant } = this;
    for (const { name, serving } of plant.processes) {
      if (serving === null) continue;
      const { gate, queue } = serving;
      void serving.status().then(async (answer) => {
        if (answer === null || !gate.isOpen) return;
        const { status, waitingEvents } = answer;
        const waitingOperations = await queue.depth();
        const journalRecords = plant.disk.store.length;
        const counts = { waitingEvents, waitingOperations, journalRecords };
        plant.timeline.write({ kind: 'sampled', process: name, status, ...counts });
      });
    }
    plant.time.after(SAMPLE_MS, () => {
      this.sampleTick();
    });
  }

  private async finalView(): Promise<FinalView> {
    const { plant } = this;
    const serving = plant.leader?.serving ?? null;
    const answering = serving?.status() ?? Promise.resolve(null);
    await this.runUntil(plant.time.nowMs + LOOK_MS);
    const answer = await Promise.race([answering, settled().then(() => null)]);
    const { chain } = await plant.disk.verify();
    return {
      atMs: plant.time.nowMs,
      images: new Map(plant.devices.images),
      pendingCommits: plant.devices.pendingCommits,
      records: await plant.disk.records(),
      chain,
      status: answer?.status ?? null,
    };
  }
}

/** Everything that can go on without time passing has gone on: there are only promises to end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
