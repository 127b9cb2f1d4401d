import { isTouching } from '@weir/core/change';
import type { LoopEnv, LoopEvent, LoopState, Now, StepResult } from '@weir/core/loop';
import type { ConfigImage, RecordBody, TelemetryFrame } from '@weir/core/model';
import type { FlightStore, Metrics } from '@weir/core/ports';
import type { LogSink } from '../engine/types';
import { effectsText, ENTRY, entryOf, type RecordedEnvironment } from './entry';
import { FlightMetrics } from './flight-metrics';
import { FrameEncoder } from './frame-delta';
import { layoutOf, PartStore } from './keyframe';
import { OpenRecording } from './open-recording';
import { Ring, type Segment } from './ring';
import type { FlightSink } from './sink';
import { encodeValue, PartRef } from './value-codec';

export interface FlightOptions {
  readonly version: string;
  /** Time that is kept in memory, ms. */
  readonly keepMs: number;
  /** Most bytes in memory, and most in one recording, before compression. */
  readonly maxBytes: number;
  /** Time between keyframes, ms. */
  readonly keyframeMs?: number;
  /** How long a recording goes on after the last change in it has settled, ms. */
  readonly marginMs?: number;
  /** Everything goes into one recording, changes or not; for simulated runs. */
  readonly always?: boolean;
}

export interface FlightDeps {
  readonly store: FlightStore;
  readonly log: LogSink;
  readonly metrics: Metrics;
  /** Text from which a policy was compiled. */
  readonly policyText: (policy: LoopEnv['policy']) => string;
}

const KEYFRAME_MS = 60_000;
const MARGIN_MS = 60_000;
/** Parts of the ring that a segment may take before the next keyframe. */
const SEGMENT_SHARE = 8;

/**
 * Keeps everything that `step` was given over the last minutes, and writes it out around each
 * change: keyframes of the whole state, and between them every event with its time. What goes wrong
 * here is told and counted, and never holds up or ends a change.
 */
export class FlightRecorder implements FlightSink {
  private readonly ring: Ring;
  private readonly parts = new PartStore();
  private readonly frames = new FrameEncoder();
  private readonly metrics: FlightMetrics;
  private env: LoopEnv | null = null;
  private recording: OpenRecording | null = null;
  /** Monotonic time until which the open recording goes on. */
  private untilMs = -Infinity;
  private lastWallMs = 0;
  private broken = false;

  constructor(
    private readonly deps: FlightDeps,
    private readonly options: FlightOptions,
  ) {
    this.ring = new Ring(options.maxBytes, options.keepMs);
    this.metrics = new FlightMetrics(deps.metrics);
    if (options.always === true) this.untilMs = Infinity;
  }

  given(env: LoopEnv, state: LoopState, event: LoopEvent, now: Now): void {
    this.safely(() => {
      const frame = event.kind === 'tick' ? event.frame : null;
      if (frame !== null && frame.layout.revision !== env.topology.revision) {
        // Columns of another topology, just after a change of files; the loop holds still too.
        this.ring.clear();
        return;
      }
      this.lastWallMs = now.wallMs;
      if (this.isDue(event, now)) this.begin(env, state, now);
      else if (env !== this.env) this.add(this.environment(env));
      this.add(
        event.kind === 'tick'
          ? this.tick(frame, now)
          : eventEntry(this.referring(event, state), now),
      );
    });
  }

  came(result: StepResult, now: Now): void {
    this.safely(() => {
      if (this.ring.segments.length === 0) return;
      const effects = effectsText(result.effects);
      const { records } = result;
      if (records.length > 0 || effects !== '')
        this.add(
          entryOf(ENTRY.outcome, (to) => {
            encodeValue(to, { records, effects }, null);
          }),
        );
      for (const body of records) this.untilMs = Math.max(this.untilMs, this.keptFor(body, now));
      this.openOrClose(result.state, now);
      this.metrics.ring(this.ring.bytes);
    });
  }

  failed(reason: string): void {
    this.safely(() => {
      this.add(
        entryOf(ENTRY.failed, (to) => {
          encodeValue(to, { reason }, null);
        }),
      );
      this.recording ??= this.open();
      void this.close();
    });
  }

  /** Makes the open recording whole; nothing more is kept. */
  async close(): Promise<void> {
    this.broken = true;
    const { recording } = this;
    this.recording = null;
    this.ring.clear();
    if (recording !== null) await recording.close(this.lastWallMs);
  }

  private isDue(event: LoopEvent, { monoMs }: Now): boolean {
    const segment = this.ring.segments.at(-1);
    if (segment === undefined) return true;
    // Between two looks at the world parts of the state are derived from an older environment.
    if (event.kind !== 'tick') return false;
    return (
      monoMs - segment.fromMonoMs >= (this.options.keyframeMs ?? KEYFRAME_MS) ||
      segment.bytes * SEGMENT_SHARE >= this.options.maxBytes
    );
  }

  private begin(env: LoopEnv, state: LoopState, now: Now): void {
    const { value, parts } = this.parts.split(state);
    const topology = this.parts.partOf(env.topology);
    const segment: Segment = {
      fromMonoMs: now.monoMs,
      fromWallMs: now.wallMs,
      parts: [topology, ...parts],
      entries: [],
      bytes: 0,
    };
    this.frames.reset();
    this.ring.begin(segment);
    this.ring.trim(now.monoMs);
    this.ring.add(this.environment(env));
    this.ring.add(
      entryOf(ENTRY.keyframe, (to) => {
        encodeValue(to, { state: value, now }, layoutOf(state));
      }),
    );
    const { recording } = this;
    if (recording === null) return;
    if (this.options.always !== true && recording.bytes >= this.options.maxBytes) {
      this.end(recording);
      this.recording = this.open([segment]);
    } else recording.segment(segment);
  }

  private environment(env: LoopEnv): Uint8Array {
    this.env = env;
    const { topology, policy, profiles, intentKinds, strategies, digest, ...settings } = env;
    void [intentKinds, strategies, digest];
    const { name, hash, groups } = policy;
    const recorded: RecordedEnvironment = {
      version: this.options.version,
      policy: { name, hash, text: this.deps.policyText(policy), groups },
      profiles: profilesUsed(topology, profiles),
      settings,
    };
    const { id } = this.parts.partOf(topology);
    return entryOf(ENTRY.environment, (to) => {
      to.varint(id);
      encodeValue(to, recorded, null);
    });
  }

  private tick(frame: TelemetryFrame | null, now: Now): Uint8Array {
    return entryOf(ENTRY.tick, (to) => {
      encodeValue(to, now, null);
      to.u8(frame === null ? 0 : 1);
      if (frame !== null) this.frames.encode(to, frame);
    });
  }

  /**
   * Images are read again and again, and are mostly what they were. Each one is kept once, as the
   * part that the next keyframe would make of it anyway.
   */
  private referring(event: LoopEvent, state: LoopState): unknown {
    if (event.kind !== 'report' || event.report.image === null) return event;
    const { report } = event;
    const { image } = event.report;
    const present = state.observed.images.get(report.operation.device);
    const part = this.parts.partOf(
      present !== undefined && sameImage(present, image) ? present : image,
    );
    this.ring.refer(part);
    this.recording?.part(part);
    return { ...event, report: { ...report, image: new PartRef(part.id) } };
  }

  private add(entry: Uint8Array): void {
    this.ring.add(entry);
    this.recording?.add(entry);
  }

  /** Monotonic time until which a record asks for what comes after it. */
  private keptFor(body: RecordBody, { monoMs, wallMs }: Now): number {
    const margin = this.options.marginMs ?? MARGIN_MS;
    if (body.kind === 'change-proposed' || body.kind === 'change-transition')
      return monoMs + margin;
    if (body.kind === 'shadow-decided') return monoMs + body.dueMs - wallMs + margin;
    return -Infinity;
  }

  private openOrClose(state: LoopState, { monoMs }: Now): void {
    if (this.recording === null) {
      if (monoMs < this.untilMs) this.recording = this.open();
      return;
    }
    if (monoMs < this.untilMs) return;
    for (const change of state.durable.changes.values()) if (isTouching(change.state)) return;
    this.end(this.recording);
    this.recording = null;
  }

  private open(segments: readonly Segment[] = this.ring.segments): OpenRecording {
    const fromMs = segments[0]?.fromWallMs ?? this.lastWallMs;
    const { version } = this.options;
    const recording = new OpenRecording(
      this.deps.store.open({ fromMs, version }, (error) => {
        this.lose(recording, error);
      }),
    );
    for (const segment of segments) recording.segment(segment);
    return recording;
  }

  private end(recording: OpenRecording): void {
    void recording.close(this.lastWallMs).then(() => {
      this.metrics.recording('ended');
    });
  }

  /** A full disk must not be asked again at every pass: the next change tries anew. */
  private lose(recording: OpenRecording, error: Error): void {
    this.deps.log.error('flight recording could not be written', { reason: error.message });
    this.metrics.recording('failed');
    if (this.recording !== recording) return;
    this.recording = null;
    this.untilMs = -Infinity;
  }

  private safely(task: () => void): void {
    if (this.broken) return;
    try {
      task();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.deps.log.error('flight recorder stopped: changes go on without it', { reason });
      this.metrics.recording('failed');
      void this.close();
    }
  }
}

function sameImage(a: ConfigImage, b: ConfigImage): boolean {
  if (a.size !== b.size) return false;
  // The order counts too: what is derived from an image goes through it in order.
  const other = b.entries();
  for (const [path, value] of a) {
    const [otherPath, otherValue] = other.next().value ?? [];
    if (path !== otherPath || value !== otherValue) return false;
  }
  return true;
}

const eventEntry = (event: unknown, now: Now): Uint8Array =>
  entryOf(ENTRY.event, (to) => {
    encodeValue(to, { event, now }, null);
  });

/** A recording needs no profile of devices that its site does not have. */
function profilesUsed(
  { devices }: LoopEnv['topology'],
  profiles: LoopEnv['profiles'],
): readonly string[] {
  const used = new Set([...devices.values()].map(({ profile }) => profile));
  return [...profiles.keys()].filter((name) => used.has(name));
}
