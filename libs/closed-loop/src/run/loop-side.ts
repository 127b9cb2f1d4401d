import { createHash } from 'node:crypto';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { MemoryQueue } from '@weir/adapter-queue-memory';
import { assert, ok, type Result } from '@weir/core/base';
import {
  deviceId,
  type Change,
  type DeviceOperation,
  type Incident,
  type OperationReport,
  type Policy,
} from '@weir/core/model';
import type { FlightStore, Metrics, Timers } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import {
  buildLayout,
  ColumnStore,
  Engine,
  FlightRecorder,
  SouthboundExecutor,
} from '@weir/runtime';
import { LATENCY_BOUNDS_MS, type Observation, type VirtualTime, type World } from '@weir/sim';
import type { BuiltIntent } from '../build/intents';
import type { Scenario } from '../build/scenario';
import type { SettingStep } from '../build/settings';
import type { TimelineAction } from '../build/timeline';
import type { ImageCodec } from '../devices/image-codec';
import { SimulatedDevices } from '../devices/simulated-devices';
import { CounterFeed } from '../telemetry/counter-feed';
import { imageAfter } from './images';
import { NamedCauses } from './named-causes';

/** One Set on a switch, from the request to its answer. */
const SET_MS = 20;
const OPERATION_TIMEOUT_MS = 2_000;

/** The engine ticks when it is told to, not by a timer of its own. */
const noTimers: Timers = { after: () => () => undefined };
const noMetric = { add: () => undefined, set: () => undefined, observe: () => undefined };
const noMetrics: Metrics = {
  counter: () => noMetric,
  gauge: () => noMetric,
  histogram: () => noMetric,
};
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const noCrash = (): void => undefined;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The whole run as one recording: virtual hours are real seconds, and memory would not bound it. */
const recorderOf = (store: FlightStore): FlightRecorder =>
  new FlightRecorder(
    { store, log: noLog, metrics: noMetrics, policyText },
    { version: 'sim', keepMs: 0, maxBytes: RECORDER_BYTES, always: true },
  );
const RECORDER_BYTES = 64 * 2 ** 20;
/** Policies of scenarios are compiled from text, and carry it. */
const policyText = (policy: Policy & { readonly text?: string }): string => policy.text ?? '';

/** Called just before the first Set of a change, while the world is as it was. */
export type BeforeChange = (change: Change) => void;

/**
 * The controller of a run: the engine with its real journal, queue, executor, telemetry columns
 * and profile, connected to switches that exist in the world only.
 */
export class LoopSide {
  readonly devices: SimulatedDevices;
  readonly named = new NamedCauses();
  private readonly engine: Engine;
  private readonly recorder: FlightRecorder | null;
  private readonly store: ColumnStore;
  private readonly feeds = new Map<string, CounterFeed>();
  private readonly phases: CounterFeed[][];
  private readonly queue = new MemoryQueue();
  private readonly seen = new Set<string>();
  private readonly written = new Set<string>();
  private fatal: Error | null = null;
  private ticks = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly world: World,
    private readonly time: VirtualTime,
    private readonly codec: ImageCodec,
    policy: Policy,
    beforeChange: BeforeChange,
    flight?: FlightStore,
  ) {
    const { topology, fabric, document } = scenario;
    const { tickMs, sampleIntervalMs } = document.spec;
    const layout = buildLayout(topology);
    this.store = new ColumnStore(layout, time, { staleMs: policy.freshness.staleMs });
    const count = Math.max(1, Math.round(sampleIntervalMs / tickMs));
    this.phases = Array.from({ length: count }, () => []);
    for (const [i, { name }] of fabric.switches.entries()) {
      const feed = new CounterFeed(name, fabric, this.store, time);
      this.feeds.set(name, feed);
      this.phases[i % count]?.push(feed);
    }
    this.devices = new SimulatedDevices(time, SET_MS, {
      violation: (device, image) => codec.violation(device, image, world.settings(device)),
      configure: (device, image) =>
        world.configure(device, codec.settingsOf(device, image, world.settings(device))),
    });
    this.recorder = flight === undefined ? null : recorderOf(flight);
    this.engine = this.makeEngine(policy);
    this.engine.onFatal((error) => (this.fatal = error));
    const executor = new SouthboundExecutor({
      writer: this.devices,
      clock: time,
      crashPoint: noCrash,
    });
    void this.queue.work((operation) => this.execute(executor, operation, beforeChange));
  }

  /** Connects everything and puts the intents of the file in force, all at the moment 0. */
  async start(): Promise<Result<void>> {
    for (const { name } of this.scenario.fabric.switches)
      this.devices.images.set(deviceId(name), this.codec.imageOf(name, this.world.settings(name)));
    for (const feed of this.feeds.values()) feed.connect(this.world);
    await this.engine.start(1);
    await this.drain();
    for (const intent of this.scenario.intents) {
      const put = await this.put(intent);
      if (!put.ok) return put;
    }
    return ok(undefined);
  }

  /** What of an event concerns the controller and its connections. */
  async apply(action: TimelineAction): Promise<Result<void>> {
    if (action.kind === 'switch') {
      this.devices.setUp(action.device, action.up);
      const feed = this.feeds.get(action.device);
      if (action.up) feed?.connect(this.world);
      else feed?.disconnect();
    } else if (action.kind === 'telemetry') {
      for (const device of action.devices)
        this.feeds.get(device)?.setFault(action.fault, action.factor);
    } else if (action.kind === 'southbound') {
      for (const device of action.devices) this.devices.setFault(device, action.fault);
    } else if (action.kind === 'settings') {
      const devices = new Set(action.steps.map((step) => step.device));
      for (const device of devices)
        this.configure(
          device,
          action.steps.filter((step) => step.device === device),
        );
    } else if (action.kind === 'intent') return this.put(action.intent);
    else if (action.kind === 'delete-intent') return this.remove(action.id);
    return ok(undefined);
  }

  observe(observations: readonly Observation[]): void {
    for (const { histogram, workload, metric, worker, errors, class: of } of observations)
      this.store.observe({
        workload,
        class: of,
        metric,
        ...(worker === undefined ? {} : { worker }),
        boundsMs: LATENCY_BOUNDS_MS,
        counts: histogram.counts,
        errors,
      });
  }

  /** The switches whose turn it is send their counters, then the engine looks. */
  async tick(): Promise<void> {
    const feeds = this.phases[this.ticks++ % this.phases.length] ?? [];
    for (const feed of feeds) feed.read(this.world);
    this.engine.tick();
    await this.drain();
    this.named.look(this.engine.durable.incidents.values());
  }

  /**
   * Everything that can go on without time passing has gone on: between the engine, the queue,
   * the executor and the devices there are only promises, which end before the next macrotask.
   */
  async drain(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.fatal !== null) throw this.fatal;
  }

  get changes(): readonly Change[] {
    return [...this.engine.durable.changes.values()];
  }

  get incidents(): readonly Incident[] {
    return [...this.engine.durable.incidents.values()];
  }

  /** Whether a Set of the change has reached any switch. */
  reachedDevices(id: string): boolean {
    return this.written.has(id);
  }

  async stop(): Promise<void> {
    await this.devices.close();
    await this.engine.stop();
    await this.recorder?.close();
  }

  private makeEngine(policy: Policy): Engine {
    const { topology, document } = this.scenario;
    return new Engine(
      {
        clock: this.time,
        timers: noTimers,
        journal: new MemoryJournal(new MemoryJournalStore()),
        queue: this.queue,
        metrics: noMetrics,
        log: noLog,
        digest,
        crashPoint: noCrash,
        frame: () => this.store.frame(),
        ...(this.recorder === null ? {} : { flight: this.recorder }),
      },
      {
        version: 'sim',
        configHash: digest(document.metadata.name),
        topology,
        policy,
        profiles: new Map([['openconfig', new OpenConfigProfile()]]),
        intentKinds,
        tickMs: document.spec.tickMs,
        operationTimeoutMs: OPERATION_TIMEOUT_MS,
      },
    );
  }

  private async execute(
    executor: SouthboundExecutor,
    operation: DeviceOperation,
    beforeChange: BeforeChange,
  ): Promise<OperationReport> {
    const { verb, changeId } = operation;
    if (verb !== 'commit' || changeId === null) return executor.execute(operation);
    if (!this.seen.has(changeId)) {
      this.seen.add(changeId);
      const change = this.engine.durable.changes.get(changeId);
      assert(change !== undefined, `change ${changeId} is known`);
      beforeChange(change);
    }
    const report = await executor.execute(operation);
    if (report.outcome === 'done') this.written.add(changeId);
    return report;
  }

  /** Somebody else configures a switch; the world follows from the new image. */
  private configure(device: string, steps: readonly SettingStep[]): void {
    const before = this.world.settings(device);
    const after = steps.reduce((settings, step) => step.apply(settings), before);
    // First what an image cannot say, so that it is in force when the image is taken over.
    this.world.configure(device, after);
    const image = this.devices.images.get(deviceId(device)) ?? new Map();
    this.devices.overwrite(device, imageAfter(this.codec, device, image, before, after));
  }

  private put({ resource }: BuiltIntent): Promise<Result<void>> {
    const { kind, metadata, priority, spec } = resource;
    const { name, labels } = metadata;
    const intent = { kind, name, labels, priority, spec };
    return this.command({ verb: 'put-intent', intent, dryRun: false, by: 'scenario' });
  }

  private remove(id: string): Promise<Result<void>> {
    return this.command({ verb: 'delete-intent', id, dryRun: false, by: 'scenario' });
  }

  private async command(command: Parameters<Engine['command']>[0]): Promise<Result<void>> {
    const result = await this.engine.command(command);
    await this.drain();
    return result.ok ? ok(undefined) : result;
  }
}
