import { assert } from '@weir/core/base';
import {
  initialLoopState,
  step,
  type LoopEffect,
  type LoopEnv,
  type LoopEvent,
  type LoopState,
  type StepResult,
} from '@weir/core/loop';
import type { Command, CommandResult, DeviceOperation, OperationReport } from '@weir/core/model';
import { GENESIS_HASH, type ChainPoint, type SolvedSplit } from '@weir/core/ports';
import type { DurableState } from '@weir/core/state';
import { strategies } from '@weir/algorithms';
import { notAcknowledged, unavailable, unknownReport } from './answers';
import { recordLabel } from './crash-points';
import { EngineMetrics } from './engine-metrics';
import { recoverState } from './recover';
import { SnapshotKeeper } from './snapshot-keeper';
import type { EngineDeps, EngineSettings } from './types';

const EXACT_LIMIT_MS = 2_000;
/** Events waiting above this are refused to people; ticks never pile up at all. */
const MAX_INBOX = 10_000;

/**
 * Drives the pure loop: one event at a time through `step`, records made durable, then effects
 * handed out; what they come to returns as events. There is no other way in or out.
 */
export class Engine {
  private state: LoopState = initialLoopState;
  private readonly inbox: LoopEvent[] = [];
  private readonly waiting = new Map<string, (result: CommandResult) => void>();
  private readonly metrics: EngineMetrics;
  private env: LoopEnv;
  private pumping: Promise<void> | null = null;
  private isPumping = false;
  private tickQueued = false;
  private cancelTick: (() => void) | null = null;
  private phase: 'new' | 'running' | 'stopped' = 'new';
  private requests = 0;
  /** Event of which the records are being made durable. */
  private appending: LoopEvent | null = null;
  private epoch = 0;
  /** The last record that was acknowledged. */
  private head: ChainPoint = { sequence: 0, hash: GENESIS_HASH };
  private readonly snapshots: SnapshotKeeper;
  private fatal: (error: Error) => void = () => undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly settings: EngineSettings,
  ) {
    this.metrics = new EngineMetrics(deps.metrics);
    this.snapshots = new SnapshotKeeper(deps, settings.snapshots, (event) => {
      this.push(event);
    });
    const { topology, policy, profiles, intentKinds, operationTimeoutMs } = settings;
    const { digest } = deps;
    const methods = settings.strategies ?? strategies;
    const given = { topology, policy, profiles, intentKinds, digest, operationTimeoutMs };
    const exactLimitMs = deps.solver === undefined ? 0 : (settings.exactLimitMs ?? EXACT_LIMIT_MS);
    this.env = { ...given, strategies: methods, exactLimitMs };
  }

  /** Called once if the engine has to stop by itself; nothing is written after that. */
  onFatal(handler: (error: Error) => void): void {
    this.fatal = handler;
  }

  /** Durable state as of now; the fold of all records that were acknowledged. */
  get durable(): DurableState {
    return this.state.durable;
  }

  /** Folds the journal, takes up what an earlier process left unfinished, and begins to tick. */
  async start(epoch: number): Promise<void> {
    assert(this.phase === 'new', 'engine: started twice');
    const { journal, digest, log } = this.deps;
    const { durable, head, snapshotSequence, snapshotAtMs } = await recoverState(
      journal,
      digest,
      log,
    );
    this.state = { ...this.state, durable };
    this.head = head;
    await this.snapshots.begin(snapshotSequence, snapshotAtMs);
    this.epoch = epoch;
    this.phase = 'running';
    this.deps.log.info('journal folded', {
      records: durable.lastSequence,
      snapshot: snapshotSequence,
      epoch,
    });
    await this.deps.queue.onReport((report) => this.takeReport(report));
    const { version, configHash } = this.settings;
    this.push({ kind: 'started', epoch, version, configHash });
    await this.idle();
    this.scheduleTick();
  }

  /** Submits a command; resolves with its result, or with a refusal when the engine cannot. */
  command(command: Command): Promise<CommandResult> {
    if (this.phase !== 'running' || this.inbox.length >= MAX_INBOX)
      return Promise.resolve(unavailable(this.phase));
    const requestId = `req-${++this.requests}`;
    return new Promise((resolve) => {
      this.waiting.set(requestId, resolve);
      this.push({ kind: 'command', requestId, command });
    });
  }

  /** One pass over the newest columns now; the timer calls it, and whoever must not wait for it. */
  tick(): void {
    if (this.phase !== 'running' || this.tickQueued) return;
    this.tickQueued = true;
    this.push({ kind: 'tick', frame: this.deps.frame() });
  }

  /** Takes another policy from the next pass on; open changes keep what they were made with. */
  async replacePolicy(policy: EngineSettings['policy']): Promise<void> {
    await this.idle();
    this.env = { ...this.env, policy };
    this.push({ kind: 'policy-replaced' });
    await this.idle();
  }

  /** Ends after the pass that is running; nothing that was journalled is lost. */
  async stop(): Promise<void> {
    if (this.phase === 'stopped') return;
    this.phase = 'stopped';
    this.cancelTick?.();
    await this.pumping;
    this.inbox.length = 0;
    for (const resolve of this.waiting.values()) resolve(unavailable('stopped'));
    this.waiting.clear();
    await this.snapshots.settled();
  }

  private takeReport(report: OperationReport): void {
    if (this.phase === 'running') this.push({ kind: 'report', report });
  }

  private scheduleTick(): void {
    if (this.phase !== 'running') return;
    this.cancelTick = this.deps.timers.after(this.settings.tickMs, () => {
      this.tick();
      this.scheduleTick();
    });
  }

  private push(event: LoopEvent): void {
    this.inbox.push(event);
    if (this.isPumping) return;
    // Before the pump runs: a pass may push, and two passes at once would lose what one of them did.
    this.isPumping = true;
    this.pumping = this.pump();
  }

  private async idle(): Promise<void> {
    while (this.pumping !== null) await this.pumping;
  }

  private async pump(): Promise<void> {
    try {
      for (let event = this.inbox.shift(); event !== undefined; event = this.inbox.shift()) {
        if (event.kind === 'tick') this.tickQueued = false;
        await this.pass(event);
      }
    } catch (error) {
      this.phase = 'stopped';
      this.cancelTick?.();
      const reason = error instanceof Error ? error : new Error(String(error));
      this.deps.flight?.failed(reason.message);
      this.deps.log.error('engine stopped: nothing more is written', { reason: reason.message });
      this.answerUnknown(reason);
      for (const resolve of this.waiting.values()) resolve(unavailable('stopped'));
      this.waiting.clear();
      this.fatal(reason);
    } finally {
      // At once, not in a later turn: what is pushed in between must find that nobody pumps.
      this.isPumping = false;
      this.pumping = null;
    }
  }

  /** Who asked in the pass that failed: its records may be durable or not, only the journal tells. */
  private answerUnknown(reason: Error): void {
    const requestId = this.appending?.kind === 'command' ? this.appending.requestId : '';
    this.waiting.get(requestId)?.(notAcknowledged(reason));
    this.waiting.delete(requestId);
  }

  private async pass(event: LoopEvent): Promise<void> {
    const { clock, journal, crashPoint, flight } = this.deps;
    const startedMs = clock.monotonicMs();
    const now = { monoMs: startedMs, wallMs: clock.wallMs() };
    flight?.given(this.env, this.state, event, now);
    const result: StepResult = step(this.env, this.state, event, now);
    flight?.came(result, now);
    if (result.records.length > 0) {
      for (const body of result.records) crashPoint(`before:${recordLabel(body)}`);
      this.appending = event;
      const appended = await journal.append(this.epoch, now.wallMs, result.records);
      this.head = appended.at(-1) ?? this.head;
      for (const body of result.records) crashPoint(`after:${recordLabel(body)}`);
      this.appending = null;
    }
    this.state = result.state;
    this.report(result);
    // Answers first: what is durable is acknowledged, whatever becomes of the operations.
    for (const effect of result.effects) if (effect.kind === 'reply') this.reply(effect);
    for (const effect of result.effects)
      if (effect.kind === 'operate') await this.hand(effect.operation);
      else if (effect.kind === 'solve') this.ask(effect);
    this.snapshots.passed(event.kind, result.state.durable, this.head, this.epoch);
    this.metrics.state(this.state);
    this.metrics.pass(event.kind, (clock.monotonicMs() - startedMs) / 1000, this.inbox.length);
  }

  /** A queue that does not take an operation may have it all the same: its outcome is unknown. */
  private async hand(operation: DeviceOperation): Promise<void> {
    try {
      await this.deps.queue.enqueue(operation);
    } catch (error) {
      const message = `could not be handed out: ${error instanceof Error ? error.message : String(error)}`;
      this.takeReport(unknownReport(operation, message));
    }
  }

  /** Nobody waits: the answer is an event like any other, and so is that there is none. */
  private ask({ id, program, limitMs }: Extract<LoopEffect, { kind: 'solve' }>): void {
    const came = (answer: SolvedSplit | null, reason: string): void => {
      if (this.phase === 'running') this.push({ kind: 'solved', id, answer, reason });
    };
    const { solver } = this.deps;
    if (solver === undefined) {
      came(null, 'there is no exact solver');
      return;
    }
    solver.solve(program, limitMs).then(
      (answer) => {
        came(answer, '');
      },
      (error: unknown) => {
        came(null, error instanceof Error ? error.message : String(error));
      },
    );
  }

  private reply({ requestId, result }: Extract<LoopEffect, { kind: 'reply' }>): void {
    const resolve = this.waiting.get(requestId);
    this.waiting.delete(requestId);
    resolve?.(result);
  }

  private report({ records }: StepResult): void {
    const { log } = this.deps;
    for (const body of records) {
      this.metrics.record(body);
      if (body.kind === 'change-transition') {
        const { id, from, to, reason } = body;
        log.info('change moved', { change: id, from, to, reason });
      } else if (body.kind === 'incident-opened')
        log.warn('incident opened', {
          incident: body.incident.id,
          objective: body.incident.objectiveId,
        });
      else if (body.kind === 'incident-closed')
        log.info('incident closed', { incident: body.id, reason: body.reason });
      else if (body.kind === 'device-outcome' && body.outcome !== 'done') {
        const { id, device, verb, outcome, message } = body;
        log.warn('device operation did not succeed', {
          change: id,
          device,
          verb,
          outcome,
          message,
        });
      }
    }
  }
}
