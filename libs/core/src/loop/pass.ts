import { nextState, type Trigger } from '../change';
import type {
  Change,
  CommandResult,
  DeviceOperation,
  OperationReport,
  RecordBody,
  StageTimes,
} from '../model';
import { applyRecord, type DurableState } from '../state';
import type { LoopEnv, Now } from './env';
import type { LoopEffect } from './events';
import { sheltered, type SolverFailure } from './guard/solvers';
import type { ObservedState } from './observed';

export interface LoopState {
  readonly durable: DurableState;
  readonly observed: ObservedState;
}

/**
 * The context of one pass: collects records and effects, and applies each record to the state at
 * once, so that later stages see what earlier ones did. Lives for one `step` and never leaves it.
 */
export class Pass {
  readonly records: RecordBody[] = [];
  readonly effects: LoopEffect[] = [];
  durable: DurableState;
  observed: ObservedState;
  /** Whether the pass brought a new look at the world; without one nothing new can be found out. */
  looked = false;
  /** Report that woke this pass, when one did and it was waited for. */
  report: OperationReport | null = null;

  readonly env: LoopEnv;

  constructor(
    env: LoopEnv,
    state: LoopState,
    readonly now: Now,
  ) {
    this.durable = state.durable;
    this.observed = state.observed;
    const lastGood = () => this.observed.routing?.model ?? null;
    const strategies = sheltered(env.strategies, lastGood, (failure) => this.failed(failure));
    this.env = { ...env, strategies };
  }

  /** The same state in another environment, e.g. with fewer rules. */
  under(env: LoopEnv): Pass {
    const pass = new Pass(env, this, this.now);
    pass.looked = this.looked;
    return pass;
  }

  record(body: RecordBody): void {
    this.records.push(body);
    const stored = { atMs: this.now.wallMs, epoch: this.durable.epoch, body };
    this.durable = applyRecord(this.durable, stored);
  }

  /** A method of decision failed: counted, and shown in the status. */
  private failed({ method, message }: SolverFailure): void {
    const failures = (this.observed.solverFailures.get(method)?.failures ?? 0) + 1;
    const entry = { failures, reason: message, atMs: this.now.wallMs };
    const solverFailures = new Map(this.observed.solverFailures).set(method, entry);
    this.observe({ solverFailures });
  }

  observe(part: Partial<ObservedState>): void {
    this.observed = { ...this.observed, ...part };
  }

  transition(change: Change, trigger: Trigger, reason: string, times: StageTimes = {}): void {
    const to = nextState(change.state, trigger);
    this.record({
      kind: 'change-transition',
      id: change.id,
      from: change.state,
      to,
      reason,
      times,
    });
  }

  reply(requestId: string, result: CommandResult): void {
    this.effects.push({ kind: 'reply', requestId, result });
  }

  operate(operation: DeviceOperation): void {
    const issuedMs = this.now.wallMs;
    this.effects.push({ kind: 'operate', operation: { ...operation, issuedMs } });
    const inFlight = new Map(this.observed.inFlight).set(operation.id, this.now.monoMs);
    this.observe({ inFlight });
  }
}
