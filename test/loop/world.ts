import { createHash } from 'node:crypto';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { MemoryQueue } from '@weir/adapter-queue-memory';
import { strategies } from '@weir/algorithms';
import {
  deviceId,
  endpointId,
  LEARNING_DEFAULTS,
  ruleName,
  type Device,
  type DeviceId,
  type DeviceOperation,
  type Endpoint,
  type FrameLayout,
  type JournalRecord,
  type OperationReport,
  type Policy,
  type TelemetryFrame,
  type Topology,
  type TrafficClass,
  type WorkloadSample,
} from '@weir/core/model';
import type { Clock, ExactSolver, Metrics, Strategies, Timers } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import {
  buildLayout,
  Engine,
  SouthboundExecutor,
  type CrashPoint,
  type SnapshotSettings,
} from '@weir/runtime';
import { MemoryDevices } from './devices';

const CAPACITY_BPS = 100e9;
const SPINES = ['s1', 's2', 's3'];
const LEAVES = ['l1', 'l2', 'l3', 'l4'];
export const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800];
export const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A clock that moves only when told, for ages, holds and deadlines alike. */
export class ManualClock implements Clock {
  nowMs = 1_000;
  /** What somebody added to the wall clock. */
  stepMs = 0;
  monotonicMs(): number {
    return this.nowMs;
  }
  wallMs(): number {
    return 1_800_000_000_000 + this.nowMs + this.stepMs;
  }
}

const noTimers: Timers = { after: () => () => undefined };
const noMetric = { add: () => undefined, set: () => undefined, observe: () => undefined };
const noMetrics: Metrics = {
  counter: () => noMetric,
  gauge: () => noMetric,
  histogram: () => noMetric,
};

const ONE_QUEUE: Device['queueOfClass'] = new Map([['real-time-inference', 'rt']]);

function topologyOf(queueOfClass = ONE_QUEUE): Topology {
  const devices = new Map<DeviceId, Device>();
  const interfaces = (names: string[]) =>
    new Map(names.map((name) => [name, { name, capacityBps: CAPACITY_BPS }]));
  const base = {
    group: 'pod1',
    profile: 'openconfig',
    weightGridEntries: 64,
    sharedBufferBytes: 16e6,
    queueOfClass,
  };
  for (const id of LEAVES.map(deviceId))
    devices.set(id, {
      ...base,
      id,
      role: 'leaf',
      address: `${id}:1`,
      interfaces: interfaces([...SPINES, 'h']),
    });
  for (const id of SPINES.map(deviceId))
    devices.set(id, {
      ...base,
      id,
      role: 'spine',
      address: `${id}:1`,
      interfaces: interfaces(LEAVES),
    });
  const links = LEAVES.flatMap((leaf) =>
    SPINES.map((spine) => ({
      id: `${leaf}-${spine}`,
      a: { device: deviceId(leaf), interface: spine },
      b: { device: deviceId(spine), interface: leaf },
      capacityBps: CAPACITY_BPS,
    })),
  );
  const endpoints = LEAVES.map((leaf): Endpoint => ({
    id: endpointId(`host-${leaf}`),
    attachedTo: { device: deviceId(leaf), interface: 'h' },
    prefix: prefixOf(leaf),
    labels: {},
  }));
  return {
    name: 'world',
    revision: 'r1',
    devices,
    links,
    endpoints: new Map(endpoints.map((e) => [e.id, e])),
  };
}

const prefixOf = (leaf: string): string => `10.0.${leaf.slice(1)}.0/24`;

export function testPolicy(): Policy {
  const verify = {
    settleMs: 500,
    minSamples: 4,
    maxMs: 8_000,
    minGainRatio: 0.05,
    alpha: 0.05,
    harm: { objectiveRatio: 0.1, otherObjectivesRatio: 0.2, lossIncrease: 0.01 },
    onInconclusive: 'rollback' as const,
  };
  return {
    name: 'test',
    hash: 'h',
    detect: {
      windowMs: 2_000,
      minCount: 20,
      enterRatio: 1,
      leaveRatio: 0.9,
      holdMs: 1_000,
      clearMs: 1_000,
      baselineRatio: 1.25,
    },
    freshness: { staleMs: 2_000, maxUnknownRatio: 0.25, maxDisagreementRatio: 0.1 },
    limits: {
      maxDevicesPerChange: 4,
      maxOpenChanges: 2,
      maxChangesPerHour: 20,
      maxLayerShare: 0.5,
      maxPredictedUtilizationRatio: 0.9,
      maxRemovedCapacityRatio: 0.5,
      maxFailureUtilizationRatio: 0,
      dwellMs: 0,
      reversalWindowMs: 0,
    },
    escalation: { undone: 100, periodMs: 864_000_000 },
    learning: LEARNING_DEFAULTS,
    freezeWindows: [],
    rollout: { canaryFromDevices: 0, proofMs: 0 },
    verify,
    planTtlMs: 60_000,
    leaseMs: 120_000,
    groups: {},
    rules: [
      {
        name: ruleName('reroute'),
        description: '',
        enter: (facts) => facts.slo.breached && facts.path.maxUtilizationRatio > 0.8,
        enterText: '',
        action: { type: 'reroute', targetUtilizationRatio: 0.7 },
        mode: 'auto',
        cooldownMs: 20_000,
        verify,
      },
    ],
  };
}

export interface WorldOptions {
  readonly snapshots?: SnapshotSettings;
  readonly policy?: Policy;
  readonly strategies?: Strategies;
  readonly store?: MemoryJournalStore;
  readonly devices?: MemoryDevices;
  readonly clock?: ManualClock;
  readonly journal?: MemoryJournal;
  readonly crashPoint?: CrashPoint;
  readonly solver?: ExactSolver;
  /** Queues by class on every port; without it one for real time. */
  readonly queues?: Device['queueOfClass'];
}

/**
 * Four leaves, three spines, devices in memory, the real engine. Latency of a pair of leaves
 * follows from the loads on its paths, the loads from the weights that the devices hold.
 */
export class World {
  readonly topology: Topology;
  readonly clock: ManualClock;
  readonly devices: MemoryDevices;
  readonly store: MemoryJournalStore;
  readonly engine: Engine;
  readonly queue = new MemoryQueue();
  readonly journal: MemoryJournal;
  /** Traffic of others by channel, as utilisation. */
  readonly background = new Map<string, number>();
  /** Share that a channel loses after its own counters; its packets come 300 ms late. */
  readonly gray = new Map<string, number>();
  /** What queues send, by `device:interface:queue`, bps. */
  readonly queueBps = new Map<string, number>();
  /** Share that they lose once a Set was made. */
  readonly queueLossAfter = new Map<string, number>();
  /** Delay that l1's other uplinks add once a Set was made, ms: what no model can know. */
  trapMs = 0;
  silent = false;
  fatal: Error | null = null;
  readonly warnings: string[] = [];
  private readonly executor: SouthboundExecutor;
  private sequence = 0;
  private readonly layout: FrameLayout;
  private readonly profile = new OpenConfigProfile();

  constructor(options: WorldOptions = {}) {
    this.topology = topologyOf(options.queues);
    this.layout = buildLayout(this.topology);
    this.clock = options.clock ?? new ManualClock();
    this.store = options.store ?? new MemoryJournalStore();
    this.journal = options.journal ?? new MemoryJournal(this.store);
    this.devices = options.devices ?? freshDevices(this.topology);
    const crashPoint = options.crashPoint ?? (() => undefined);
    const quiet = {
      info: () => undefined,
      warn: (message: string) => this.warnings.push(message),
      error: () => undefined,
    };
    this.engine = new Engine(
      {
        clock: this.clock,
        timers: noTimers,
        journal: this.journal,
        queue: this.queue,
        metrics: noMetrics,
        log: quiet,
        digest,
        crashPoint,
        frame: () => (this.silent ? null : this.frame()),
        ...(options.solver === undefined ? {} : { solver: options.solver }),
      },
      {
        version: 'test',
        configHash: 'c',
        topology: this.topology,
        policy: options.policy ?? testPolicy(),
        profiles: new Map([['openconfig', this.profile]]),
        intentKinds,
        tickMs: 500,
        operationTimeoutMs: 1_000,
        ...(options.strategies === undefined ? {} : { strategies: options.strategies }),
        snapshots: options.snapshots,
      },
    );
    this.engine.onFatal((error) => (this.fatal = error));
    this.executor = new SouthboundExecutor({
      writer: this.devices,
      clock: this.clock,
      crashPoint,
    });
    void this.queue.work((operation) => this.executor.execute(operation));
  }

  async start(epoch = 1): Promise<this> {
    await this.engine.start(epoch);
    return this;
  }

  execute(operation: DeviceOperation): Promise<OperationReport> {
    return this.executor.execute(operation);
  }

  /** Lets virtual time pass in ticks, and everything that a tick sets going come to an end. */
  async run(forMs: number, until: () => boolean = () => false): Promise<void> {
    for (let passed = 0; passed < forMs && !until() && this.fatal === null; passed += 500) {
      this.clock.nowMs += 500;
      this.devices.passTo(this.clock.nowMs);
      this.engine.tick();
      for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async objective(
    name: string,
    from: string,
    to: string,
    thresholdMs = 50,
    trafficClass: TrafficClass = 'real-time-inference',
  ): Promise<void> {
    const result = await this.engine.command({
      verb: 'put-intent',
      by: 'test',
      dryRun: false,
      intent: {
        kind: 'LatencyObjective',
        name,
        labels: {},
        priority: 100,
        spec: {
          workloads: [name],
          class: trafficClass,
          quantile: 0.95,
          thresholdMs,
          flows: [{ sources: [`host-${from}`], destinations: [`host-${to}`] }],
        },
      },
    });
    if (!result.ok) throw new Error(JSON.stringify(result.error));
  }

  get changes() {
    return [...this.engine.durable.changes.values()];
  }

  async records(): Promise<JournalRecord[]> {
    const records: JournalRecord[] = [];
    for await (const record of this.journal.read(1)) records.push(record);
    return records;
  }

  /** Weights of l1 towards l2 by spine, as the device holds them. */
  weights(leaf = 'l1', to = 'l2'): Record<string, number> {
    const routes = this.profile.routes(this.devices.images.get(deviceId(leaf)) ?? new Map());
    const route = routes.find((item) => item.prefix === prefixOf(to));
    return Object.fromEntries(route?.nextHops.map((hop) => [hop.interface, hop.weight]) ?? []);
  }

  private loads(): Map<string, number> {
    const loads = new Map(this.background);
    for (const [from, to] of [
      ['l1', 'l2'],
      ['l3', 'l4'],
    ] as const)
      for (const [key, share] of this.shares(from, to))
        loads.set(key, (loads.get(key) ?? 0) + share * 0.15);
    return loads;
  }

  private shares(from: string, to: string): ReadonlyMap<string, number> {
    const routes = new Map(
      [...this.devices.images].map(([id, image]) => [id, this.profile.routes(image)] as const),
    );
    return strategies.routing(this.topology, routes).spread(deviceId(from), prefixOf(to)).shares;
  }

  private frame(): TelemetryFrame {
    const loads = this.loads();
    const { channels, queues, prefixes, devices } = this.layout;
    const filled = (length: number, value: number): Float64Array =>
      new Float64Array(length).fill(value);
    const txBps = Float64Array.from(channels, (channel) => {
      const key = `${devices[channel.device] ?? ''}:${channel.interface}`;
      return Math.min(1, loads.get(key) ?? 0) * channel.capacityBps;
    });
    const demand = new Map([
      ['l1|10.0.2.0/24', 15e9],
      ['l3|10.0.4.0/24', 15e9],
    ]);
    return {
      sequence: ++this.sequence,
      atMs: this.clock.nowMs,
      layout: this.layout,
      channels: {
        txBps,
        rxBps: this.received(txBps),
        lossRatio: filled(channels.length, 0),
        inErrorRatio: filled(channels.length, NaN),
        pauseRxPps: filled(channels.length, NaN),
        pauseTxPps: filled(channels.length, NaN),
        operStatus: new Uint8Array(channels.length).fill(1),
        ageMs: filled(channels.length, 100),
      },
      queues: {
        txBps: this.ofQueues(this.queueBps),
        depthBytes: filled(queues.length, 0),
        peakDepthBytes: filled(queues.length, 0),
        lossRatio: this.ofQueues(this.devices.sets > 0 ? this.queueLossAfter : new Map()),
        markRatio: filled(queues.length, 0),
        ageMs: filled(queues.length, 100),
      },
      prefixes: {
        txBps: Float64Array.from(
          prefixes,
          (row) => demand.get(`${devices[row.device] ?? ''}|${row.prefix}`) ?? 0,
        ),
        ageMs: filled(prefixes.length, 100),
      },
      devices: {
        synced: new Uint8Array(devices.length).fill(1),
        ageMs: filled(devices.length, 100),
      },
      workloads: [this.sample('a', 'l1', 'l2', loads), this.sample('b', 'l3', 'l4', loads)],
    };
  }

  private ofQueues(values: ReadonlyMap<string, number>): Float64Array {
    const { queues, channels, devices } = this.layout;
    return Float64Array.from(queues, ({ channel, name }) => {
      const { device = -1, interface: port = '' } = channels[channel] ?? {};
      return values.get(`${devices[device] ?? ''}:${port}:${name}`) ?? 0;
    });
  }

  private received(txBps: Float64Array): Float64Array {
    const rxBps = new Float64Array(txBps.length);
    const { channelIndex } = this.layout;
    for (const { a, b } of this.topology.links)
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const key = `${from.device}:${from.interface}`;
        const sent = txBps[channelIndex.get(key) ?? -1] ?? 0;
        const row = channelIndex.get(`${to.device}:${to.interface}`) ?? -1;
        rxBps[row] = sent * (1 - (this.gray.get(key) ?? 0));
      }
    return rxBps;
  }

  /** Requests spread over the paths; each takes 8 ms, more where a channel is loaded or hidden bad. */
  private sample(
    workload: string,
    from: string,
    to: string,
    loads: Map<string, number>,
  ): WorkloadSample {
    const counts = BOUNDS_MS.map(() => 0).concat(0);
    const trap = (key: string): number =>
      this.devices.sets > 0 && ['l1:s2', 'l1:s3'].includes(key) ? this.trapMs : 0;
    for (const [key, share] of this.shares(from, to)) {
      if (!key.startsWith(`${from}:`)) continue;
      const load = Math.min(1, loads.get(key) ?? 0);
      const late = this.gray.has(key) ? 300 : 0;
      const latencyMs = 8 + (load > 0.8 ? (load - 0.8) * 1_000 : 0) + trap(key) + late;
      const bucket = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
      const index = bucket === -1 ? BOUNDS_MS.length : bucket;
      counts[index] = (counts[index] ?? 0) + Math.round(200 * share);
    }
    return {
      workload,
      class: 'real-time-inference',
      metric: 'request-latency',
      boundsMs: BOUNDS_MS,
      counts,
      errors: 0,
      ageMs: 0,
    };
  }
}

export function freshDevices(topology: Topology = topologyOf()): MemoryDevices {
  const devices = new MemoryDevices();
  for (const device of topology.devices.values()) {
    const image = new Map<string, string | number | boolean>();
    const names = device.role === 'leaf' ? SPINES : LEAVES;
    for (const leaf of LEAVES) {
      if (leaf === device.id) continue;
      const hops = device.role === 'leaf' ? names : [leaf];
      hops.forEach((hop, i) => {
        const base = `${STATIC}/static[prefix=${prefixOf(leaf)}]/next-hops/next-hop[index=${i}]`;
        image.set(`${STATIC}/static[prefix=${prefixOf(leaf)}]/config/prefix`, prefixOf(leaf));
        image.set(`${base}/config/index`, String(i));
        image.set(`${base}/config/next-hop`, `192.0.2.${i + 1}`);
        image.set(`${base}/config/wecmp-weight`, '1');
        image.set(`${base}/interface-ref/config/interface`, hop);
      });
    }
    devices.images.set(device.id, image);
  }
  return devices;
}
