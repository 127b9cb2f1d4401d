import type { MemoryLeaseBoard } from '@weir/adapter-lease-memory';
import { strategies } from '@weir/algorithms';
import { assert, type Random } from '@weir/core/base';
import type { Command, ConfigImage, DeviceId, Policy } from '@weir/core/model';
import type { Strategies } from '@weir/core/ports';
import { VirtualTime } from '@weir/sim';
import type { Invariant, Violation } from '../oracles/oracle';
import type { TimelineEvent } from '../timeline';
import { SwarmDevices } from './devices';
import { Disk } from './disk';
import { fabricOf, type Fabric } from './fabric';
import { Crashed } from './gate';
import { LeaseService } from './lease';
import { Network } from './network';
import { swarmPolicy } from './policy';
import { ControllerProcess, newLeaseBoard } from './process';
import { reliableQueue, type QueueFaults } from './queue';
import { exportersOf, type Exporter, type Subscription } from './telemetry';
import { TimelineWriter } from './timeline';
import { TICK_MS } from './timing';
import { Counters, Traffic, type Background, type Flow, type Trouble } from './traffic';
import type { World } from './world';

/** Errors by which the engine ends as it should, when the world behaves as it should not. */
const EXPECTED_ENDS: readonly string[] = ['JournalUnavailable', 'JournalFenced'];

/**
 * The world of one run: a fabric and its traffic, a management network, switches, a disk, a lease,
 * two machines with a controller each. Faults break its parts and hand the repair to `heal`.
 */
export class Plant implements World {
  readonly time = new VirtualTime();
  readonly fabric: Fabric;
  readonly policy: Policy = swarmPolicy();
  readonly timeline: TimelineWriter;
  readonly network: Network;
  readonly devices: SwarmDevices;
  readonly traffic: Traffic;
  readonly counters: Counters;
  readonly exporters: ReadonlyMap<DeviceId, Exporter>;
  readonly disk: Disk;
  readonly leases: LeaseService;
  readonly leaseBoard: MemoryLeaseBoard;
  /** Switches whose telemetry nobody gets. */
  readonly cutStreams = new Set<DeviceId>();
  /** Half of the runs recover from snapshots, the others from every record. */
  readonly takesSnapshots: boolean;
  readonly queueFaults: QueueFaults = reliableQueue();
  readonly processes: readonly ControllerProcess[];
  /** How often each option truly hit something. */
  readonly hits = new Map<string, number>();
  /** What nobody who reads the timeline could know: an engine that died, a guard that was passed. */
  readonly bugs: Violation[] = [];
  /** Asks the leader something in somebody's name; nothing before the clients are there. */
  ask: (command: Command) => void = () => undefined;
  /** Methods of the loop, whatever they are at the moment of a call. */
  readonly engineStrategies: Strategies;
  strategies: Strategies = strategies;
  private readonly repairs: (() => void)[] = [];
  private healed = false;

  constructor(
    readonly random: Random,
    see: (event: TimelineEvent) => void,
  ) {
    const { time } = this;
    this.engineStrategies = {
      ...strategies,
      fillWeights: (problem) => this.strategies.fillWeights(problem),
      relieve: (problem) => this.strategies.relieve(problem),
    };
    this.takesSnapshots = random.next() < 0.5;
    this.fabric = fabricOf(random.next() < 0.8 ? 3 : 2);
    this.timeline = new TimelineWriter(() => time.nowMs, see);
    this.network = new Network(random.fork('network'));
    this.devices = new SwarmDevices(time, this.fabric, this.timeline, () => {
      this.counters.countTo(time.nowMs);
      this.traffic.reroute();
    });
    this.traffic = new Traffic(this.fabric, flowsOf(random.fork('flows')), this.devices.images);
    this.counters = new Counters(this.fabric, this.traffic);
    const noise = random.fork('telemetry');
    this.exporters = exportersOf(this.fabric, this.counters, this.traffic, time, noise);
    this.disk = new Disk(time, this.timeline, random.fork('disk'));
    this.leaseBoard = newLeaseBoard(() => this.disk.lastEpoch());
    this.leases = new LeaseService(this.leaseBoard, time);
    this.processes = ['a', 'b'].map(
      (name) => new ControllerProcess(name, this, random.below(900_000)),
    );
  }

  get deviceIds(): readonly DeviceId[] {
    return [...this.fabric.topology.devices.keys()];
  }

  get initialImages(): ReadonlyMap<DeviceId, ConfigImage> {
    return this.fabric.images;
  }

  /** The process that leads, if one does and is not stopped. */
  get leader(): ControllerProcess | null {
    return this.processes.find((process) => process.serving !== null) ?? null;
  }

  /** Switches tell their counters, and the hosts how long their requests took. */
  telemetryTick(): void {
    const { nowMs } = this.time;
    this.counters.countTo(nowMs);
    const samples = this.traffic.samples();
    for (const { incarnation } of this.processes) {
      if (incarnation === null) continue;
      incarnation.gate.pass(() => {
        for (const [device, subscription] of incarnation.subscriptions)
          subscription.poll(this.isHeard(device));
        for (const sample of samples) incarnation.store.observe(sample);
      });
    }
    this.time.after(TICK_MS, () => {
      this.telemetryTick();
    });
  }

  /** Telemetry has the same way as management. */
  private isHeard(device: DeviceId): boolean {
    const { devices, network, cutStreams } = this;
    return !devices.isDown(device) && !network.isCut(device) && !cutStreams.has(device);
  }

  exporterOf(device: DeviceId): Exporter {
    const exporter = this.exporters.get(device);
    assert(exporter !== undefined, `there is no switch ${device}`);
    return exporter;
  }

  /** The streams of a switch break; they are begun again at the next reading. */
  dropStreams(device: DeviceId): void {
    this.subscriptions(device, (subscription) => {
      subscription.poll(false);
    });
  }

  resetCounters(device: DeviceId): void {
    this.counters.countTo(this.time.nowMs);
    this.counters.reset(device);
  }

  deletePort(device: DeviceId, port: string): void {
    const key = `${device}:${port}`;
    this.exporterOf(device).faults.deleted.add(key);
    this.subscriptions(device, (subscription) => {
      subscription.delete(key);
    });
  }

  private subscriptions(device: DeviceId, visit: (subscription: Subscription) => void): void {
    for (const { incarnation } of this.processes) {
      const subscription = incarnation?.subscriptions.get(device);
      if (subscription !== undefined)
        incarnation?.gate.pass(() => {
          visit(subscription);
        });
    }
  }

  setTrouble(channel: string, part: Partial<Trouble>): void {
    this.counters.countTo(this.time.nowMs);
    this.traffic.setTrouble(channel, part);
  }

  setBackground(name: string, background: Background | null): void {
    this.counters.countTo(this.time.nowMs);
    this.traffic.setBackground(name, background);
  }

  reboot(device: DeviceId, keepsPending: boolean, downMs: number): void {
    void this.devices.powerOff(device, keepsPending);
    const up = (): void => {
      if (!this.devices.isDown(device)) return;
      this.devices.powerOn(device);
      this.resetCounters(device);
      this.exporterOf(device).reboot();
    };
    this.time.after(downMs, up);
  }

  /** An option has hit. */
  fired(option: string, where: string): void {
    this.hits.set(option, (this.hits.get(option) ?? 0) + 1);
    this.timeline.write({ kind: 'fault', option, active: true, where });
  }

  over(option: string, where: string): void {
    this.timeline.write({ kind: 'fault', option, active: false, where });
  }

  /** Something to do at a time of the safety phase; not done when that is over. */
  at(ms: number, task: () => void): void {
    this.time.after(Math.max(0, ms - this.time.nowMs), () => {
      if (!this.healed) task();
    });
  }

  /** What is to be repaired before the liveness phase; returns the repair, which works once. */
  heal(repair: () => void): () => void {
    let done = false;
    const once = (): void => {
      if (done) return;
      done = true;
      repair();
    };
    this.repairs.push(once);
    return once;
  }

  /** The end of all faults: everything is repaired, nothing new breaks. */
  healAll(): void {
    this.healed = true;
    for (const repair of this.repairs.splice(0)) repair();
    this.counters.countTo(this.time.nowMs);
    this.traffic.calm();
    for (const process of this.processes) {
      process.resume();
      process.start();
    }
  }

  engineFailed(process: string, error: Error): void {
    if (error instanceof Crashed || EXPECTED_ENDS.includes(error.name)) return;
    this.bug('I2', `the engine of ${process} failed: ${error.name}: ${error.message}`);
  }

  bug(invariant: Invariant, what: string): void {
    if (this.bugs.some((one) => one.what === what)) return;
    this.bugs.push({ invariant, atMs: this.time.nowMs, what });
  }
}

/** Every leaf sends to another one; some to two. */
function flowsOf(random: Random): readonly Flow[] {
  const leaves = ['l1', 'l2', 'l3', 'l4'];
  return leaves.map((from, i) => ({
    workload: `job-${from}`,
    from,
    to: leaves[(i + 1 + random.below(3)) % 4] ?? 'l1',
    bps: 10e9 + random.below(20) * 1e9,
  }));
}
