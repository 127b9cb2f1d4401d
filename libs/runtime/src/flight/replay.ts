import { ok, refuse, type Result } from '@weir/core/base';
import { step, type LoopEnv, type LoopState, type StepResult } from '@weir/core/loop';
import type { Policy, RecordBody } from '@weir/core/model';
import { canonicalJson, type DeviceProfile, type IntentKind } from '@weir/core/ports';
import { strategies } from '@weir/algorithms';
import { ByteWriter } from './byte-writer';
import { effectsText } from './entry';
import { layoutOf } from './keyframe';
import { readEntries, type FlightEntry, type FlightEnvironment } from './recording';
import { encodeValue } from './value-codec';

/** The program's own half of an environment: what a recording names and does not hold. */
export interface Program {
  readonly profiles: ReadonlyMap<string, DeviceProfile>;
  readonly intentKinds: ReadonlyMap<string, IntentKind>;
  readonly digest: (text: string) => string;
  readonly compilePolicy: (text: string) => Result<Policy>;
}

/** Where the fold first gave something else than was recorded. */
export interface FirstDifference {
  /** Number of the event in the recording, from 1. */
  readonly event: number;
  readonly atMs: number;
  readonly what: 'records' | 'effects' | 'state' | 'failure';
  readonly recorded: string;
  readonly replayed: string;
}

export interface ReplayReport {
  readonly version: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
  /** Records of the journal that the passes produced, and keyframes at which the state was held
   * against the recorded one. */
  readonly records: number;
  readonly keyframes: number;
  readonly identical: boolean;
  readonly difference: FirstDifference | null;
  /** Why the engine stopped at the end of the recording, when it did. */
  readonly failed: string | null;
}

/** The environment of a pass as it was, made of the recording and of this program. */
export function environmentOf(
  { topology, policy, profiles, settings }: FlightEnvironment,
  program: Program,
): Result<LoopEnv> {
  for (const name of profiles)
    if (!program.profiles.has(name))
      return refuse(
        'flight-unsupported',
        'environment.profiles',
        `the recording needs the device profile ${name}, which this program does not have`,
      );
  const compiled = program.compilePolicy(policy.text);
  if (!compiled.ok)
    return refuse(
      'flight-unsupported',
      `policy ${policy.name}: ${compiled.error.where}`,
      `the policy in force then is not valid now: ${compiled.error.reason}`,
    );
  const { intentKinds, digest } = program;
  const loaded: Policy = { ...compiled.value, groups: policy.groups };
  const methods = { profiles: program.profiles, intentKinds, strategies, digest };
  return ok({
    ...(settings as Pick<LoopEnv, 'operationTimeoutMs'>),
    ...methods,
    topology,
    policy: loaded,
  });
}

/** One event of a recording with what came of it then. */
export interface RecordedPass {
  readonly number: number;
  readonly event: Extract<FlightEntry, { kind: 'event' }>;
  readonly outcome: { readonly records: readonly RecordBody[]; readonly effects: string };
}

type Refused = Extract<Result<never>, { readonly ok: false }>;

export interface Visitor {
  environment(environment: FlightEnvironment): Result<void>;
  keyframe(state: LoopState, entry: FlightEntry): void;
  /** Returns false to go no further, or why it cannot. */
  pass(pass: RecordedPass): boolean | Refused;
  /** The engine stopped by itself; the event is given when its pass did not come to an end. */
  failed(reason: string, event: RecordedPass['event'] | null): void;
}

const NOTHING = { records: [], effects: '' } as const;

/** A pass over recorded input: a defect of the program then, or damage that no checksum shows. */
export function tryStep(
  env: LoopEnv,
  state: LoopState,
  { event, now, at }: Pick<RecordedPass['event'], 'event' | 'now' | 'at'>,
): Result<StepResult> {
  try {
    return ok(step(env, state, event, now));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse('flight-damaged', `entries, byte ${at}`, `the pass failed: ${reason}`);
  }
}

/** Walks over a recording; each event comes together with its outcome. */
export function walk(bytes: Uint8Array, visitor: Visitor): Result<void> {
  let pending: Extract<FlightEntry, { kind: 'event' }> | null = null;
  let number = 0;
  const flush = (outcome: RecordedPass['outcome']): boolean | Refused => {
    if (pending === null) return true;
    const event = pending;
    pending = null;
    return visitor.pass({ number, event, outcome });
  };
  for (const entry of readEntries(bytes)) {
    if (!entry.ok) return entry;
    const { value } = entry;
    if (value.kind === 'failed') {
      visitor.failed(value.reason, pending);
      return ok(undefined);
    }
    const going = flush(value.kind === 'outcome' ? value : NOTHING);
    if (going !== true) return going === false ? ok(undefined) : going;
    if (value.kind === 'environment') {
      const taken = visitor.environment(value.environment);
      if (!taken.ok) return taken;
    } else if (value.kind === 'keyframe') visitor.keyframe(value.state, value);
    else if (value.kind === 'event') {
      number++;
      pending = value;
    }
  }
  const last = flush(NOTHING);
  return typeof last === 'boolean' ? ok(undefined) : last;
}

/**
 * Folds what was recorded once more, and holds every record, every effect and the state at each
 * keyframe against what was recorded, to the last bit.
 */
export function replay(bytes: Uint8Array, program: Program): Result<ReplayReport> {
  const fold = new Replay(program);
  const walked = walk(bytes, fold);
  if (!walked.ok) return walked;
  return fold.report();
}

class Replay implements Visitor {
  private env: LoopEnv | null = null;
  private state: LoopState | null = null;
  private version = '';
  private fromMs = NaN;
  private toMs = NaN;
  private events = 0;
  private records = 0;
  private keyframes = 0;
  private difference: FirstDifference | null = null;
  private failure: string | null = null;

  constructor(private readonly program: Program) {}

  environment(environment: FlightEnvironment): Result<void> {
    const env = environmentOf(environment, this.program);
    if (!env.ok) return env;
    this.env = env.value;
    this.version = environment.version;
    return ok(undefined);
  }

  keyframe(state: LoopState, entry: FlightEntry): void {
    if (this.state === null) {
      this.state = state;
      return;
    }
    this.keyframes++;
    const recorded = stateBytes(state);
    const replayed = stateBytes(this.state);
    if (sameBytes(recorded, replayed) || this.difference !== null) return;
    const [was, is] = firstDifferentField(state, this.state);
    const atMs = entry.kind === 'keyframe' ? entry.now.wallMs : this.toMs;
    this.difference = { event: this.events, atMs, what: 'state', recorded: was, replayed: is };
  }

  pass({ number, event, outcome }: RecordedPass): boolean {
    const { env, state } = this;
    if (env === null || state === null) return true;
    const { wallMs } = event.now;
    if (Number.isNaN(this.fromMs)) this.fromMs = wallMs;
    this.toMs = wallMs;
    this.events++;
    const stepped = tryStep(env, state, event);
    if (!stepped.ok) {
      const recorded = 'the pass came to an end';
      const replayed = stepped.error.reason;
      this.difference = { event: number, atMs: wallMs, what: 'failure', recorded, replayed };
      return false;
    }
    const result = stepped.value;
    this.state = result.state;
    this.records += result.records.length;
    this.difference = differenceOf(number, wallMs, outcome, result);
    return this.difference === null;
  }

  failed(reason: string, event: RecordedPass['event'] | null): void {
    this.failure = reason;
    if (event === null || this.env === null || this.state === null) return;
    this.events++;
    const again = tryStep(this.env, this.state, event);
    const replayed = again.ok ? 'the pass came to an end' : again.error.reason;
    if (replayed.endsWith(reason)) return;
    const { wallMs: atMs } = event.now;
    this.difference = { event: this.events, atMs, what: 'failure', recorded: reason, replayed };
  }

  report(): Result<ReplayReport> {
    if (this.events === 0)
      return refuse('flight-damaged', 'entries', 'the recording holds no event to replay');
    const { version, fromMs, toMs, events, records, keyframes, difference } = this;
    const identical = difference === null;
    const failed = this.failure;
    return ok({ version, fromMs, toMs, events, records, keyframes, identical, difference, failed });
  }
}

function differenceOf(
  event: number,
  atMs: number,
  outcome: RecordedPass['outcome'],
  result: StepResult,
): FirstDifference | null {
  const count = Math.max(outcome.records.length, result.records.length);
  for (let i = 0; i < count; i++) {
    const recorded = recordText(outcome.records[i]);
    const replayed = recordText(result.records[i]);
    if (recorded !== replayed) return { event, atMs, what: 'records', recorded, replayed };
  }
  const effects = effectsText(result.effects);
  if (effects === outcome.effects) return null;
  return { event, atMs, what: 'effects', recorded: outcome.effects, replayed: effects };
}

const recordText = (body: RecordBody | undefined): string =>
  body === undefined ? '(no record)' : canonicalJson(body);

/** All of the state but the routing model, which follows from the images. */
function stateBytes(state: LoopState): Uint8Array {
  const writer = new ByteWriter();
  const { durable, observed } = state;
  encodeValue(writer, { durable, observed: { ...observed, routing: null } }, layoutOf(state));
  return writer.take();
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

function firstDifferentField(recorded: LoopState, replayed: LoopState): [string, string] {
  for (const half of ['durable', 'observed'] as const)
    for (const name of Object.keys(recorded[half])) {
      if (name === 'routing') continue;
      const bytesOf = (state: LoopState): Uint8Array => {
        const writer = new ByteWriter();
        const fields = state[half] as unknown as Record<string, unknown>;
        encodeValue(writer, fields[name], layoutOf(state));
        return writer.take();
      };
      const [a, b] = [bytesOf(recorded), bytesOf(replayed)];
      if (!sameBytes(a, b)) return [`${half}.${name}: ${a.length} bytes`, `${b.length} bytes`];
    }
  return ['fields', 'other fields'];
}
