import { ok, refuse, type Result } from '@weir/core/base';
import type { LoopEnv, LoopEvent, LoopState, Now } from '@weir/core/loop';
import { patched, stricterMode, type Mode, type Policy } from '@weir/core/model';
import { decisionsIn, type FlightDecision, type KeyedDecision } from './decisions';
import type { FlightEnvironment } from './recording';
import {
  environmentOf,
  tryStep,
  walk,
  type Program,
  type RecordedPass,
  type Visitor,
} from './replay';

/** A decision that only one of the two policies took at this event. */
export interface DecisionDifference {
  readonly event: number;
  readonly atMs: number;
  readonly by: 'recorded' | 'policy';
  readonly decision: FlightDecision;
  /** Whether the first difference lies before it: the telemetry does not answer to it then. */
  readonly openLoop: boolean;
}

export interface PolicyComparison {
  readonly version: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
  readonly recordedPolicies: readonly string[];
  readonly policy: string;
  /** Decisions that both took at the same event. */
  readonly same: number;
  readonly divergedAtMs: number | null;
  readonly differences: readonly DecisionDifference[];
}

/** The policy with nothing that it may do by itself beyond `mode`. */
export function capped(policy: Policy, mode: Mode): Policy {
  const rules = policy.rules.map((rule) => ({ ...rule, mode: stricterMode(rule.mode, mode) }));
  return { ...policy, rules };
}

/**
 * Folds what was recorded under another policy, and tells the decisions that differ. Up to the
 * first difference the two are one run; after it the other policy goes on by what was measured, but
 * what it decides is not carried out, since the recorded network never felt it: open loop.
 */
export function compareWithPolicy(
  bytes: Uint8Array,
  program: Program,
  policy: Policy,
): Result<PolicyComparison> {
  const fold = new Comparison(program, policy);
  const walked = walk(bytes, fold);
  if (!walked.ok) return walked;
  return fold.report();
}

class Comparison implements Visitor {
  private recorded: LoopEnv | null = null;
  private state: LoopState | null = null;
  private readonly objectives = new Map<string, string>();
  private readonly policies = new Set<string>();
  private readonly differences: DecisionDifference[] = [];
  private version = '';
  private fromMs = NaN;
  private toMs = NaN;
  private events = 0;
  private same = 0;
  private divergedAtMs: number | null = null;

  constructor(
    private readonly program: Program,
    private readonly policy: Policy,
  ) {}

  environment(environment: FlightEnvironment): Result<void> {
    const env = environmentOf(environment, this.program);
    if (!env.ok) return env;
    this.recorded = env.value;
    this.version = environment.version;
    this.policies.add(`${environment.policy.name} (${environment.policy.hash.slice(0, 12)})`);
    return ok(undefined);
  }

  keyframe(state: LoopState): void {
    if (this.state !== null) return;
    this.state = state;
    for (const { id, objectiveId } of state.durable.incidents.values())
      this.objectives.set(id, objectiveId);
  }

  pass({ number, event: entry, outcome }: RecordedPass): ReturnType<Visitor['pass']> {
    const { event, now, at } = entry;
    if (this.recorded === null || this.state === null) return true;
    if (Number.isNaN(this.fromMs)) this.fromMs = now.wallMs;
    this.toMs = now.wallMs;
    this.events++;
    const before = this.decisionsOf(outcome.records);
    const env = { ...this.recorded, policy: this.policy };
    const diverged = this.divergedAtMs !== null;
    const given = diverged ? withReadBack(this.state, event) : this.state;
    if (event.kind === 'policy-replaced' || (diverged && isAsked(event))) {
      this.note(number, now, before, []);
      return true;
    }
    const result = tryStep(env, given, { event, now, at });
    if (!result.ok) return result;
    const after = this.decisionsOf(result.value.records);
    this.note(number, now, before, after);
    if (this.divergedAtMs === null) {
      this.state = result.value.state;
      return true;
    }
    // What the network never felt is decided, and goes no further.
    const held = { ...env, policy: capped(this.policy, 'suggest') };
    const onward = tryStep(held, given, { event, now, at });
    if (!onward.ok) return onward;
    this.state = onward.value.state;
    return true;
  }

  failed(): void {
    // What the recorded engine failed on is not the question here.
  }

  report(): Result<PolicyComparison> {
    if (this.events === 0)
      return refuse('flight-damaged', 'entries', 'the recording holds no event to replay');
    const { version, fromMs, toMs, events, same, divergedAtMs, differences } = this;
    const { name, hash } = this.policy;
    return ok({
      version,
      fromMs,
      toMs,
      events,
      recordedPolicies: [...this.policies],
      policy: `${name} (${hash.slice(0, 12)})`,
      same,
      divergedAtMs,
      differences,
    });
  }

  private decisionsOf(records: Parameters<typeof decisionsIn>[0]): KeyedDecision[] {
    for (const body of records)
      if (body.kind === 'incident-opened')
        this.objectives.set(body.incident.id, body.incident.objectiveId);
    return decisionsIn(records, (id) => this.objectives.get(id) ?? id);
  }

  private note(
    event: number,
    { wallMs: atMs }: Now,
    recorded: readonly KeyedDecision[],
    policy: readonly KeyedDecision[],
  ): void {
    const openLoop = this.divergedAtMs !== null;
    const left = [...policy];
    const add = (by: DecisionDifference['by'], { decision }: KeyedDecision): void => {
      this.divergedAtMs ??= atMs;
      this.differences.push({ event, atMs, by, decision, openLoop });
    };
    for (const item of recorded) {
      const index = left.findIndex(({ key }) => key === item.key);
      if (index < 0) add('recorded', item);
      else {
        left.splice(index, 1);
        this.same++;
      }
    }
    for (const item of left) add('policy', item);
  }
}

/** What people asked the recorded controller to do is no decision of a policy. */
export const isAsked = (event: LoopEvent): boolean =>
  event.kind === 'command' && ['propose', 'undo', 'approve', 'reject'].includes(event.command.verb);

/**
 * What the recorded run wrote to devices is what they hold, whoever asked for it: reports of
 * operations that this fold never asked for still tell how the devices are configured.
 */
export function withReadBack(state: LoopState, event: LoopEvent): LoopState {
  if (event.kind !== 'report') return state;
  const { operation, readBack, image } = event.report;
  const { observed } = state;
  if (observed.inFlight.has(operation.id)) return state;
  const present = observed.images.get(operation.device);
  const after =
    image ??
    (readBack === null || present === undefined
      ? undefined
      : patched(
          present,
          readBack.map(({ path, value }) => ({ path, before: null, after: value })),
        ));
  if (after === undefined) return state;
  const images = new Map(observed.images).set(operation.device, after);
  return { ...state, observed: { ...observed, images } };
}
