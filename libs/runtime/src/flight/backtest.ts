import { ok, refuse, type Result } from '@weir/core/base';
import type { LoopEnv, LoopState } from '@weir/core/loop';
import type { Policy, RuleScore, Shadow } from '@weir/core/model';
import { emptyDurableState, scoreKey } from '@weir/core/state';
import { RealChanges, recounted } from './real-changes';
import { capped, isAsked, withReadBack } from './other-policy';
import type { FlightEnvironment } from './recording';
import {
  environmentOf,
  tryStep,
  walk,
  type Program,
  type RecordedPass,
  type Visitor,
} from './replay';

/** What a policy would have decided over recorded telemetry, and what it would have been worth. */
export interface Backtest {
  readonly policy: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
  readonly scores: readonly RuleScore[];
  readonly shadows: readonly Shadow[];
}

export interface Backtested {
  readonly version: string;
  /** By the policy that is tested; null when only the recorded one was asked for. */
  readonly tested: Backtest;
  /** By the policies that were in force. */
  readonly inForce: Backtest;
}

/** All rules of a policy as shadows over one recording: they decide, and nothing is carried out. */
export function backtest(bytes: Uint8Array, program: Program, policy: Policy): Result<Backtested> {
  const tested = new ShadowRun(program, policy);
  const first = walk(bytes, tested);
  if (!first.ok) return first;
  const inForce = new ShadowRun(program, null);
  const second = walk(bytes, inForce);
  if (!second.ok) return second;
  if (tested.events === 0)
    return refuse('flight-damaged', 'entries', 'the recording holds no event to replay');
  return ok({ version: tested.version, tested: tested.result(), inForce: inForce.result() });
}

class ShadowRun implements Visitor {
  version = '';
  events = 0;
  private env: LoopEnv | null = null;
  private state: LoopState | null = null;
  private readonly names = new Set<string>();
  private readonly real = new RealChanges();
  private fromMs = NaN;
  private toMs = NaN;

  constructor(
    private readonly program: Program,
    private readonly policy: Policy | null,
  ) {}

  environment(environment: FlightEnvironment): Result<void> {
    const env = environmentOf(environment, this.program);
    if (!env.ok) return env;
    const policy = this.policy ?? env.value.policy;
    this.names.add(`${policy.name} (${policy.hash.slice(0, 12)})`);
    this.env = { ...env.value, policy: watching(policy) };
    this.version = environment.version;
    return ok(undefined);
  }

  keyframe(state: LoopState): void {
    this.state ??= withoutChanges(state);
  }

  pass({ event: entry, outcome }: RecordedPass): ReturnType<Visitor['pass']> {
    const { event, now } = entry;
    const { env, state } = this;
    this.real.see(outcome.records, now.wallMs);
    if (env === null || state === null) return true;
    if (Number.isNaN(this.fromMs)) this.fromMs = now.wallMs;
    this.toMs = now.wallMs;
    this.events++;
    if (event.kind === 'policy-replaced' || isAsked(event)) return true;
    const result = tryStep(env, withReadBack(state, event), entry);
    if (!result.ok) return result;
    this.state = result.value.state;
    return true;
  }

  failed(): void {
    // What the recorded engine failed on is not the question here.
  }

  result(): Backtest {
    const { fromMs, toMs, events } = this;
    const durable = this.state?.durable ?? emptyDurableState;
    const shadows = [...durable.shadows.values()].map((shadow) => this.real.judge(shadow));
    const scores = recounted([...durable.scores.values()], [...durable.shadows.values()], shadows);
    return { policy: [...this.names].join(', '), fromMs, toMs, events, scores, shadows };
  }
}

/** Rules that are off stay off; freeze windows and escalation are for acting, not for watching. */
const watching = (policy: Policy): Policy => capped(policy, 'observe');

/** The state without what the recorded run had under way or had learnt from its changes. */
function withoutChanges({ durable, observed }: LoopState): LoopState {
  const incidents = [...durable.incidents]
    .filter(([, incident]) => incident.state === 'open')
    .map(([id, incident]) => [id, { ...incident, changes: [] }] as const);
  const { epoch, lastSequence, incidentCount, intents } = durable;
  return {
    durable: {
      ...emptyDurableState,
      epoch,
      lastSequence,
      incidentCount,
      intents,
      incidents: new Map(incidents),
    },
    observed: {
      ...observed,
      verifications: new Map(),
      switchbacks: new Map(),
      searchAgainMs: new Map(),
      retryAtMs: new Map(),
      inFlight: new Map([...observed.inFlight].filter(([id]) => id.startsWith('image/'))),
    },
  };
}

/** Scores of several recordings added up, by rule and group. */
export function addedScores(lists: readonly (readonly RuleScore[])[]): RuleScore[] {
  const sums = new Map<string, RuleScore>();
  for (const score of lists.flat()) {
    const key = scoreKey(score);
    const sum = sums.get(key);
    sums.set(
      key,
      sum === undefined
        ? score
        : {
            ...score,
            shadow: added(sum.shadow, score.shadow),
            real: added(sum.real, score.real),
            calibration: added(sum.calibration, score.calibration),
          },
    );
  }
  return [...sums.values()].sort((a, b) => (scoreKey(a) < scoreKey(b) ? -1 : 1));
}

function added<Counts extends Readonly<Record<string, number>>>(a: Counts, b: Counts): Counts {
  return Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, value + (b[name] ?? 0)]),
  ) as Counts;
}
