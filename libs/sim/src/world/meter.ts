import { pauseFrames } from '../buffers/pause';
import type { QueueState } from '../buffers/queue-state';
import { PACKET_BYTES } from '../buffers/senders';
import { newInterfaceCounters, type InterfaceCounters, type QueueCounters } from '../counters';
import type { Network } from '../network/network';
import { DepthWindow } from './depth-window';
import { reverseOf } from './reverse';

/**
 * What the ports of all switches count. Each queue has rates that hold until it is told others,
 * and sums that are brought up to date only then or when they are read. Cells as in QueueLoads.
 */
export class Meter {
  private readonly width: number;
  private depths: DepthWindow;
  private readonly sinceMs: Float64Array;
  private readonly rates: QueueRates;
  private readonly sums: QueueSums;
  /** By channel, at the far end: octets and packets that arrived, and that arrived broken. */
  private readonly inOctets: Float64Array;
  private readonly inErrors: Float64Array;

  constructor(private readonly network: Network) {
    this.width = network.spec.queues.length;
    const cells = network.channels.length * this.width;
    this.depths = new DepthWindow(cells);
    this.sinceMs = new Float64Array(cells);
    this.rates = {
      out: floats(cells),
      drop: floats(cells),
      mark: floats(cells),
      pause: floats(cells),
      depth: floats(cells),
      peak: floats(cells),
    };
    this.sums = {
      out: floats(cells),
      drop: floats(cells),
      mark: floats(cells),
      pausedMs: floats(cells),
    };
    this.inOctets = floats(network.channels.length);
    this.inErrors = floats(network.channels.length);
  }

  fork(network: Network): Meter {
    const copy = new Meter(network);
    copy.depths = this.depths.fork();
    copy.sinceMs.set(this.sinceMs);
    for (const key of RATES) copy.rates[key].set(this.rates[key]);
    for (const key of SUMS) copy.sums[key].set(this.sums[key]);
    copy.inOctets.set(this.inOctets);
    copy.inErrors.set(this.inErrors);
    return copy;
  }

  /** From now on this much leaves the queue, and its state is this; undefined: nothing queues. */
  set(cell: number, nowMs: number, outBps: number, pausedRatio: number, state?: QueueState): void {
    const { out, drop, mark, pause, depth, peak } = this.rates;
    const lost = Math.min(MOST_LOSS, state?.dropRatio ?? 0);
    const dropBps = (outBps * lost) / (1 - lost);
    const markBps = outBps * (state?.markRatio ?? 0);
    const depthBytes = state?.depthBytes ?? 0;
    const same =
      out[cell] === outBps &&
      depth[cell] === depthBytes &&
      drop[cell] === dropBps &&
      mark[cell] === markBps &&
      pause[cell] === pausedRatio;
    if (same) return;
    this.flush(cell, nowMs);
    out[cell] = outBps;
    drop[cell] = dropBps;
    mark[cell] = markBps;
    pause[cell] = pausedRatio;
    depth[cell] = depthBytes;
    peak[cell] = state?.peakBytes ?? 0;
  }

  /** Bytes lost at one instant, and the depth that the queue reached in it. */
  overflow(cell: number, nowMs: number, lostBytes: number, peakBytes: number): void {
    this.flush(cell, nowMs);
    this.sums.drop[cell]! += lostBytes;
    this.depths.touch(cell, nowMs, peakBytes);
  }

  /** Bytes that leave a queue, and what of them the other end sees. */
  send(cell: number, bytes: number): void {
    this.sums.out[cell]! += bytes;
    const channel = Math.floor(cell / this.width);
    const { fault } = this.network.channel(channel);
    this.inOctets[channel]! += bytes * (1 - fault.grayLossRatio);
    if (fault.errorsCounted === true) this.inErrors[channel]! += bytes * fault.grayLossRatio;
  }

  /** Brings a queue's sums up to an instant. */
  flush(cell: number, nowMs: number): void {
    const fromMs = this.sinceMs[cell] as number;
    const bytes = (nowMs - fromMs) / 8000;
    this.sinceMs[cell] = nowMs;
    if (bytes === 0) return;
    const { rates, sums } = this;
    this.depths.add(cell, fromMs, nowMs, rates.depth[cell] as number, rates.peak[cell] as number);
    const out = (rates.out[cell] as number) * bytes;
    if (out === 0 && rates.pause[cell] === 0) return;
    this.send(cell, out);
    sums.drop[cell]! += (rates.drop[cell] as number) * bytes;
    sums.mark[cell]! += (rates.mark[cell] as number) * bytes;
    sums.pausedMs[cell]! += (rates.pause[cell] as number) * (nowMs - fromMs);
  }

  /** Before a fault of a channel changes: what was, was with the old one. */
  flushChannel(channel: number, nowMs: number): void {
    for (let q = 0; q < this.width; q++) this.flush(channel * this.width + q, nowMs);
  }

  /** All ports of a switch, both directions. */
  read(device: number, nowMs: number): Map<string, InterfaceCounters> {
    const ports = new Map<string, InterfaceCounters>();
    for (const [name, channel] of this.network.egress[device] ?? []) {
      ports.set(name, this.port(channel, nowMs));
    }
    return ports;
  }

  /** A switch that booted: everything that it counts starts again at zero. */
  reset(device: number, nowMs: number): void {
    for (const channel of this.network.egress[device]?.values() ?? []) {
      this.flushChannel(channel, nowMs);
      const back = reverseOf(this.network, channel);
      this.flushChannel(back, nowMs);
      this.inOctets[back] = 0;
      this.inErrors[back] = 0;
      for (let q = 0; q < this.width; q++) {
        const cell = channel * this.width + q;
        for (const key of SUMS) this.sums[key][cell] = 0;
        this.depths.clear(cell);
      }
    }
  }

  private port(channel: number, nowMs: number): InterfaceCounters {
    const port = newInterfaceCounters(this.width);
    const back = reverseOf(this.network, channel);
    const { lineRateBps } = this.network.channel(channel);
    this.flushChannel(channel, nowMs);
    this.flushChannel(back, nowMs);
    port.inOctets = this.inOctets[back] as number;
    port.inPkts = port.inOctets / PACKET_BYTES;
    port.inErrors = (this.inErrors[back] as number) / PACKET_BYTES;
    port.queues.forEach((queue, q) => {
      this.queue(channel * this.width + q, nowMs, lineRateBps, queue);
      port.outOctets += queue.transmitOctets;
      port.outPkts += queue.transmitPkts;
      port.outDiscards += queue.droppedPkts;
      const told = this.sums.pausedMs[back * this.width + q] as number;
      port.pauseFramesSent += pauseFrames(told, lineRateBps);
    });
    return port;
  }

  private queue(cell: number, nowMs: number, lineRateBps: number, into: QueueCounters): void {
    const { out, drop, mark, pausedMs } = this.sums;
    into.transmitOctets = out[cell] as number;
    into.transmitPkts = into.transmitOctets / PACKET_BYTES;
    into.droppedOctets = drop[cell] as number;
    into.droppedPkts = into.droppedOctets / PACKET_BYTES;
    into.ecnMarkedOctets = mark[cell] as number;
    into.ecnMarkedPkts = into.ecnMarkedOctets / PACKET_BYTES;
    into.avgQueueLenBytes = this.depths.meanBytes(cell, nowMs);
    into.maxQueueLenBytes = this.depths.peakBytes(cell, nowMs);
    into.pausedMs = pausedMs[cell] as number;
    into.pauseFramesReceived = pauseFrames(into.pausedMs, lineRateBps);
  }
}

const RATES = ['out', 'drop', 'mark', 'pause', 'depth', 'peak'] as const;
type QueueRates = Record<(typeof RATES)[number], Float64Array>;
const SUMS = ['out', 'drop', 'mark', 'pausedMs'] as const;
type QueueSums = Record<(typeof SUMS)[number], Float64Array>;

/** Rates are of what leaves, so a queue that loses everything has none. */
const MOST_LOSS = 0.999;

const floats = (length: number): Float64Array => new Float64Array(length);
