import type { Stream } from '../sharing/stream';
import type { Conditions } from '../world/conditions';
import type { PhaseShape } from './collectives';
import { lostItsPath, routeIndependent, routeLockStep, type RoutedStream } from './connections';
import type { Granted } from './job';
import { backOff, nextRetryMs, tailPackets } from './loss';
import { loseFirstWindows } from './onset';
import type { PhaseOwner } from './phase-owner';
import { sameOr } from './same-streams';
import {
  allArrive,
  EPSILON_MS,
  leftMs,
  stepLatencyMs,
  stranded,
  transferOn,
  worstLoss,
  type Transfer,
} from './transfer';

/** A collective without a byte moved for this long is given up, as watchdogs of NCCL do, ms. */
export const WATCHDOG_MS = 60_000;
/** Ends of transfers this close together, over the time since the start, are one event. */
const BATCH_RATIO = 0.005;

/**
 * One phase of a collective while it runs: its transfers start together and it ends when the last
 * one has ended, its lost tails have come again, and the latency of its steps is over.
 */
export class Phase {
  private active: Transfer[] = [];
  private listed: readonly Stream[] = [];
  private stale = true;
  private version: number;

  private constructor(
    private readonly owner: PhaseOwner,
    private readonly shape: PhaseShape,
    private readonly startedMs: number,
    private transfers: Transfer[],
    /** When it ends; Infinity while there is something left to send. */
    private endsAtMs: number,
    private holdUntilMs: number,
    private longestStepMs: number,
  ) {
    this.version = owner.context.routing.version;
  }

  static start(
    owner: PhaseOwner,
    shape: PhaseShape,
    transfers: Transfer[],
    nowMs: number,
    conditions: Conditions,
  ): Phase {
    const after = loseFirstWindows(owner, transfers, nowMs, conditions);
    const phase = new Phase(owner, shape, nowMs, after, Infinity, nowMs, 0);
    phase.settle(nowMs, conditions);
    return phase;
  }

  get endMs(): number {
    return this.endsAtMs;
  }

  /** Since when nothing could move because of missing paths; null when something can. */
  get stuckSinceMs(): number | null {
    let since = -Infinity;
    for (const { strandedAtMs } of this.transfers) {
      if (strandedAtMs === null) return null;
      since = Math.max(since, strandedAtMs);
    }
    return this.transfers.length === 0 ? null : since;
  }

  streams(nowMs: number): readonly Stream[] {
    if (this.version !== this.owner.context.routing.version) this.reroute(nowMs);
    if (!this.stale) return this.listed;
    this.stale = false;
    this.active = this.transfers.filter(
      ({ stream, startsAtMs }) => stream !== null && startsAtMs <= nowMs + EPSILON_MS,
    );
    this.listed = this.active.map(({ stream }) => stream as Stream);
    return this.listed;
  }

  nextEventMs(nowMs: number, granted: Granted): number {
    if (this.endsAtMs < Infinity) return this.endsAtMs;
    let nextMs = this.nextEndMs(nowMs, granted);
    for (const { startsAtMs, stream } of this.transfers) {
      if (stream !== null && startsAtMs > nowMs + EPSILON_MS) {
        nextMs = Math.min(nextMs, startsAtMs);
      }
    }
    const stuckSinceMs = this.stuckSinceMs;
    return stuckSinceMs === null ? nextMs : Math.min(nextMs, stuckSinceMs + WATCHDOG_MS);
  }

  advance(fromMs: number, toMs: number, granted: Granted, conditions: Conditions): void {
    let ended = false;
    this.active.forEach((transfer, index) => {
      const rateBps = granted(index);
      const bytes = Math.min(transfer.leftBytes, (rateBps * (toMs - fromMs)) / 8000);
      transfer.leftBytes -= bytes;
      this.owner.ledger.bytes += bytes * transfer.weight;
      if (leftMs(transfer, rateBps) > EPSILON_MS) return;
      transfer.leftBytes = 0;
      ended = true;
    });
    const started = this.transfers.some(
      ({ startsAtMs }) => startsAtMs > fromMs + EPSILON_MS && startsAtMs <= toMs + EPSILON_MS,
    );
    if (ended) this.settle(toMs, conditions);
    if (ended || started) this.stale = true;
  }

  fork(owner: PhaseOwner): Phase {
    const copies = new Map(this.transfers.map((transfer) => [transfer, { ...transfer }]));
    const copy = new Phase(
      owner,
      this.shape,
      this.startedMs,
      [...copies.values()],
      this.endsAtMs,
      this.holdUntilMs,
      this.longestStepMs,
    );
    copy.active = this.active.flatMap((transfer) => copies.get(transfer) ?? []);
    copy.listed = this.listed;
    copy.stale = this.stale;
    copy.version = this.version;
    return copy;
  }

  /** The last of the ends that come soon after the first one; the end of all is never moved. */
  private nextEndMs(nowMs: number, granted: Granted): number {
    const waitsMs = this.active.map((transfer, index) => leftMs(transfer, granted(index)));
    let first = Infinity;
    for (const wait of waitsMs) first = Math.min(first, wait);
    if (first === Infinity) return Infinity;
    const slackMs = BATCH_RATIO * (nowMs + first - this.startedMs);
    let last = first;
    for (const wait of waitsMs) if (wait <= first + slackMs && wait > last) last = wait;
    return nowMs + last;
  }

  /** Takes out what has ended; time-outs for lost tails, and the latency after the last one. */
  private settle(nowMs: number, conditions: Conditions): void {
    const { spec, context, ledger } = this.owner;
    const tail = tailPackets(spec.control);
    const left: Transfer[] = [];
    for (const transfer of this.transfers) {
      const { stream } = transfer;
      if (transfer.leftBytes > 0 || stream === null || transfer.startsAtMs > nowMs + EPSILON_MS) {
        left.push(transfer);
        continue;
      }
      const stepMs = stepLatencyMs(stream, transfer.lockStep, conditions);
      this.longestStepMs = Math.max(this.longestStepMs, stepMs);
      const arrives = allArrive(stream, tail, conditions);
      if (arrives >= 1 || context.random.next() < arrives) continue;
      const wait = backOff(worstLoss(stream, conditions), spec.minRtoMs, context.random);
      ledger.timeouts += wait.timeouts;
      const until = Math.max(this.holdUntilMs, nowMs + wait.ms);
      ledger.timeoutMs += until - Math.max(this.holdUntilMs, nowMs);
      this.holdUntilMs = until;
    }
    this.transfers = left;
    this.stale = true;
    if (left.length > 0) return;
    const latencyMs = this.shape.latencySteps * this.longestStepMs;
    this.endsAtMs = Math.max(this.holdUntilMs, nowMs) + latencyMs;
  }

  /** The same bytes on the paths that there are now. */
  private reroute(nowMs: number): void {
    const { spec, context } = this.owner;
    this.version = context.routing.version;
    this.stale = true;
    this.transfers = this.transfers.flatMap((transfer) => {
      const { connections, leftBytes, lockStep } = transfer;
      const lostAtMs = transfer.strandedAtMs ?? nowMs;
      const kept = (routed: RoutedStream): RoutedStream => ({
        ...routed,
        stream: sameOr(transfer.stream, routed.stream),
      });
      if (lockStep) {
        const routed = routeLockStep(connections, spec, context);
        return routed === null
          ? [stranded(connections, leftBytes, lostAtMs, true)]
          : [transferOn(kept(routed), leftBytes, this.resumesAtMs(transfer, nowMs), true)];
      }
      const { routed, stranded: without } = routeIndependent(connections, spec, context);
      const startsAtMs = routed.length === 0 ? nowMs : this.resumesAtMs(transfer, nowMs);
      const moved = routed.map((entry) => transferOn(kept(entry), leftBytes, startsAtMs, false));
      return without.length === 0
        ? moved
        : [...moved, stranded(without, leftBytes, lostAtMs, false)];
    });
  }

  /** A path that went down took a window with it; one that comes back waits for the next retry. */
  private resumesAtMs(transfer: Transfer, nowMs: number): number {
    const { spec, context, ledger } = this.owner;
    const { stream, strandedAtMs, startsAtMs } = transfer;
    const lostAtMs = strandedAtMs ?? nowMs;
    if (stream !== null && !lostItsPath(stream, context)) return startsAtMs;
    const resumeMs = nextRetryMs(lostAtMs, nowMs, spec.minRtoMs);
    ledger.timeouts += 1;
    ledger.timeoutMs += resumeMs - nowMs;
    return Math.max(startsAtMs, resumeMs);
  }
}
