import type { SwitchCounters, World } from '@weir/sim';
import type { FabricSeries, LinkRecording } from '../result';

type Counters = ReadonlyMap<string, SwitchCounters>;

const HOTTEST = 3;
const DOWN = 255;

interface Port {
  readonly key: string;
  readonly device: string;
  readonly name: string;
  readonly capacityBps: number;
  lastOctets: number;
}

/** Collects what the fabric was like over a run, from true counters and queues. */
export class FabricRecorder {
  private readonly ports: readonly Port[];
  private readonly columns = {
    atMs: [] as number[],
    maxUtilization: [] as number[],
    meanUtilization: [] as number[],
    hottest: [] as { channel: string; ratio: number }[][],
    queueDepthBytes: [] as number[],
    deepestQueue: [] as string[],
    droppedPackets: [] as number[],
    markedPackets: [] as number[],
    maxPauseRatio: [] as number[],
    retransmissionMs: [] as number[],
  };
  private readonly percent: Uint8Array[] = [];
  private lastMs = 0;
  private dropped = 0;
  private marked = 0;
  private timeoutMs = 0;

  constructor(private readonly world: World) {
    const { network } = world;
    this.ports = network.channels.flatMap((channel) => {
      const device = network.spec.switches[channel.device]?.name;
      if (device === undefined || channel.peer < 0) return [];
      return {
        key: network.portOf(channel),
        device,
        name: channel.interface,
        capacityBps: channel.lineRateBps,
        lastOctets: 0,
      };
    });
  }

  sample(atMs: number): void {
    const seconds = (atMs - this.lastMs) / 1000;
    this.lastMs = atMs;
    const { columns } = this;
    columns.atMs.push(atMs);
    const { spec } = this.world;
    const counters = new Map(spec.switches.map(({ name }) => [name, this.world.counters(name)]));
    this.links(counters, seconds);
    this.queues();
    this.losses(counters);
  }

  series(): FabricSeries {
    return this.columns;
  }

  recording(): LinkRecording {
    return { channels: this.ports.map((port) => port.key), percent: this.percent };
  }

  private links(counters: Counters, seconds: number): void {
    const percent = new Uint8Array(this.ports.length);
    const loads: { channel: string; ratio: number }[] = [];
    let sum = 0;
    for (const [i, port] of this.ports.entries()) {
      const octets = counters.get(port.device)?.interfaces.get(port.name)?.outOctets ?? 0;
      // A switch that came back counts from zero.
      const sent = octets >= port.lastOctets ? octets - port.lastOctets : octets;
      port.lastOctets = octets;
      const ratio = Math.min(1, (sent * 8) / seconds / port.capacityBps);
      sum += ratio;
      loads.push({ channel: port.key, ratio: Number(ratio.toFixed(4)) });
      const up = this.world.portUp(port.device, port.name);
      percent[i] = up ? Math.round(ratio * 100) : DOWN;
    }
    loads.sort((a, b) => b.ratio - a.ratio || (a.channel < b.channel ? -1 : 1));
    this.percent.push(percent);
    this.columns.hottest.push(loads.slice(0, HOTTEST));
    this.columns.maxUtilization.push(loads[0]?.ratio ?? 0);
    this.columns.meanUtilization.push(Number((sum / Math.max(1, loads.length)).toFixed(4)));
  }

  private queues(): void {
    let depthBytes = 0;
    let deepest = '';
    let pauseRatio = 0;
    for (const queue of this.world.truth()) {
      pauseRatio = Math.max(pauseRatio, queue.pauseRatio);
      if (queue.depthBytes <= depthBytes) continue;
      depthBytes = queue.depthBytes;
      deepest = `${queue.device}:${queue.interface}:${queue.queue}`;
    }
    this.columns.queueDepthBytes.push(Math.round(depthBytes));
    this.columns.deepestQueue.push(deepest);
    this.columns.maxPauseRatio.push(Number(pauseRatio.toFixed(4)));
  }

  private losses(counters: Counters): void {
    let dropped = 0;
    let marked = 0;
    for (const { interfaces } of counters.values())
      for (const port of interfaces.values())
        for (const queue of port.queues) {
          dropped += queue.droppedPkts;
          marked += queue.ecnMarkedPkts;
        }
    let timeoutMs = 0;
    for (const totals of this.world.totals().values()) timeoutMs += totals.timeoutMs;
    this.columns.droppedPackets.push(Math.max(0, Math.round(dropped - this.dropped)));
    this.columns.markedPackets.push(Math.max(0, Math.round(marked - this.marked)));
    this.columns.retransmissionMs.push(Math.max(0, Math.round(timeoutMs - this.timeoutMs)));
    this.dropped = dropped;
    this.marked = marked;
    this.timeoutMs = timeoutMs;
  }
}
