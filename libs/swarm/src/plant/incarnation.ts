import { createHash } from 'node:crypto';
import type { Change, Command, CommandResult, DeviceId, EngineStatus } from '@weir/core/model';
import type { Metrics } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import { ColumnStore, Engine, SouthboundExecutor } from '@weir/runtime';
import { DiskJournal } from './disk';
import { Crashed, Gate } from './gate';
import { RenewedLease } from './lease';
import { ProcessTimers, type MachineClock } from './process-clock';
import { SwarmQueue } from './queue';
import { slotsOf, Subscription } from './telemetry';
import { OPERATION_TIMEOUT_MS, TICK_MS } from './timing';
import type { World } from './world';
import { SwarmWriter } from './writer';

/** What an orderly end waits for operations that run. */
const CLOSE_MS = 3_000;

/** Often, so that most recoveries begin with one; every record is kept for the oracles to see. */
const SNAPSHOTS = { everyRecords: 25, keepRecords: 1_000_000, keepMs: 86_400_000 };

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What one start needs of the machine that it runs on. */
export interface Machine {
  readonly name: string;
  readonly clock: MachineClock;
  /** What is to happen at this label. */
  trap(label: string): 'killed' | 'goes-on';
  /** It has come to its end by itself. */
  ended(incarnation: Incarnation, detail: string): void;
}

/**
 * One start of a controller process: the steps of the daemon in its order, the real engine and the
 * real executor, and a gate between them and the world.
 */
export class Incarnation {
  readonly gate = new Gate();
  readonly queue: SwarmQueue;
  readonly store: ColumnStore;
  readonly subscriptions: ReadonlyMap<DeviceId, Subscription>;
  epoch = 0;
  /** Commands are answered from the end of recovery on. */
  serving = false;
  private engine: Engine | null = null;
  private inboxEvents = 0;
  private readonly timers: ProcessTimers;
  private readonly lease: RenewedLease;
  private readonly writer: SwarmWriter;
  private ending = false;

  constructor(
    private readonly world: World,
    private readonly process: Machine,
  ) {
    const { gate } = this;
    const { time, fabric, policy } = world;
    this.timers = new ProcessTimers(time, gate);
    this.queue = new SwarmQueue(time, gate, world.queueFaults);
    this.store = new ColumnStore(fabric.layout, process.clock, {
      staleMs: policy.freshness.staleMs,
    });
    const slots = slotsOf(fabric, this.store);
    this.subscriptions = new Map(
      [...world.exporters].map(([device, exporter]) => [
        device,
        new Subscription(exporter, this.store, slots.get(device) ?? { ports: [], prefixes: [] }),
      ]),
    );
    const { name } = process;
    this.writer = new SwarmWriter(name, gate, world.network, world.devices, time, world.timeline);
    this.lease = new RenewedLease(world.leases, name, gate, process.clock, this.timers);
  }

  /** Runs until the process ends; what stops it is told to the world. */
  async run(): Promise<void> {
    try {
      const journal = new DiskJournal(this.world.disk, this.gate, this.process.name);
      // Damage is found before this process asks for leadership.
      await journal.open();
      this.lease.onLost((reason) => void this.lost(reason));
      this.epoch = await this.lease.acquire(new AbortController().signal);
      this.tell('leading', '');
      const engine = this.makeEngine(journal);
      this.engine = engine;
      await this.startSouthbound();
      await engine.start(this.epoch);
      if (!this.ending) this.serving = true;
    } catch (error) {
      if (!this.gate.isDead && !this.ending) this.end(`could not start: ${messageOf(error)}`);
    }
  }

  command(command: Command): Promise<CommandResult> | null {
    if (this.engine === null || !this.serving || this.ending) return null;
    return this.engine.command(command);
  }

  /** Changes that it knows, for people who look at them before they decide. */
  changes(): readonly Change[] {
    return [...(this.engine?.durable.changes.values() ?? [])];
  }

  /** What it says of itself, as its API would; null when it does not answer. */
  async status(): Promise<{ status: EngineStatus; waitingEvents: number } | null> {
    const waitingEvents = this.inboxEvents;
    const answer = await this.command({ verb: 'status' });
    if (answer?.ok !== true || answer.value.kind !== 'status') return null;
    return { status: answer.value.status, waitingEvents };
  }

  kill(): void {
    this.serving = false;
    this.gate.kill();
    this.lease.abandon();
  }

  /** An orderly end: what runs may end, the lease is given back. */
  async terminate(detail: string): Promise<void> {
    this.ending = true;
    this.serving = false;
    await this.engine?.stop();
    await Promise.race([this.queue.close(), this.wait(CLOSE_MS)]);
    await this.lease.release();
    this.end(detail);
  }

  /** At once for the engine; operations that run may end, as in the daemon. */
  private async lost(reason: string): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    this.serving = false;
    void this.engine?.stop();
    await Promise.race([this.queue.close(), this.wait(CLOSE_MS)]);
    this.end(`leadership lost: ${reason}`);
  }

  private end(detail: string): void {
    if (this.gate.isDead) return;
    this.ending = true;
    this.kill();
    void this.lease.release();
    this.process.ended(this, detail);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.timers.after(ms, resolve));
  }

  private tell(what: 'leading', detail: string): void {
    const { name } = this.process;
    this.world.timeline.write({ kind: 'process', process: name, what, epoch: this.epoch, detail });
  }

  private makeEngine(journal: DiskJournal): Engine {
    const { world, process } = this;
    const { topology, profile } = world.fabric;
    const engine = new Engine(
      {
        clock: process.clock,
        timers: this.timers,
        journal,
        queue: this.queue,
        metrics: this.metrics(),
        log: quiet,
        digest,
        crashPoint: (label) => {
          this.pass(label);
        },
        frame: () => this.store.frame(),
      },
      {
        version: 'swarm',
        configHash: 'swarm',
        topology,
        policy: world.policy,
        profiles: new Map([['openconfig', profile]]),
        intentKinds,
        tickMs: TICK_MS,
        operationTimeoutMs: OPERATION_TIMEOUT_MS,
        strategies: world.engineStrategies,
        ...(world.takesSnapshots ? { snapshots: SNAPSHOTS } : {}),
      },
    );
    engine.onFatal((error) => {
      if (this.gate.isDead || this.ending) return;
      this.world.engineFailed(process.name, error);
      this.end(`engine failed: ${error.name}: ${error.message}`);
    });
    return engine;
  }

  private startSouthbound(): Promise<void> {
    const executor = new SouthboundExecutor({
      writer: this.writer,
      clock: this.process.clock,
      crashPoint: (label) => {
        this.pass(label);
      },
    });
    return this.queue.work((operation) => {
      const { epoch, changeId, device } = operation;
      this.writer.runFor(device, { epoch, changeId });
      return executor.execute(operation);
    });
  }

  private pass(label: string): void {
    if (this.gate.isDead) throw new Crashed(label);
    if (this.process.trap(label) === 'killed') throw new Crashed(label);
  }

  private metrics(): Metrics {
    const none = { add: () => undefined, set: () => undefined, observe: () => undefined };
    const inbox = {
      set: (value: number) => {
        this.inboxEvents = value;
      },
    };
    return {
      counter: () => none,
      gauge: (name) => (name === 'weir_inbox_events' ? inbox : none),
      histogram: () => none,
    };
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
