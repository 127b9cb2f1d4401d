import { createHash } from 'node:crypto';
import { ok, type Result } from '@weir/core/base';
import type { Objective, Policy } from '@weir/core/model';
import { canonicalJson, type FlightStore } from '@weir/core/ports';
import { type FabricSpec, VirtualTime, World } from '@weir/sim';
import { observeOnly, suggestOnly } from '../build/policy';
import { mistake } from '../build/refusals';
import type { Scenario } from '../build/scenario';
import type { TimelineEntry } from '../build/timeline';
import { ImageCodec } from '../devices/image-codec';
import { checkExpectations } from '../expect/expectations';
import { FabricRecorder } from '../record/fabric-recorder';
import { MeasureRecorder } from '../record/series';
import {
  RESULT_FORMAT_VERSION,
  type LinkRecording,
  type LoopMode,
  type RunResult,
} from '../result';
import { Witness } from '../truth/witness';
import { applyToWorld, withoutNetworkTrouble } from './apply';
import { LoopSide } from './loop-side';
import { changeResult, incidentResult } from './outcome';

export interface RunOptions {
  readonly loop: LoopMode;
  /** Fabric links without end and no faults, so that only the hosts limit; the loop is off. */
  readonly bound?: boolean;
  /** Default true: find out what every change truly did; costs two more runs of its window. */
  readonly truth?: boolean;
  readonly progress?: (atMs: number, durationMs: number) => void;
  readonly signal?: AbortSignal;
  /** Where the run is recorded, so that it can be replayed; absent: it is not. */
  readonly flight?: FlightStore;
}

export interface Run {
  readonly result: RunResult;
  readonly links: LinkRecording;
  readonly spec: FabricSpec;
}

/** Fabric links of the bound are this many times as fast: never a bottleneck before a host is. */
const BOUND_FACTOR = 1_000;

/**
 * Runs a scenario from its start to its end on a virtual clock. The same scenario and options give
 * the same result, digest included. Refused: a workload or an intent that cannot be started.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result<Run>> {
  return new ClosedLoop(scenario, options).run();
}

class ClosedLoop {
  private readonly time = new VirtualTime();
  private readonly world: World;
  private readonly fabric: FabricRecorder;
  private readonly measures: readonly MeasureRecorder[];
  private readonly witness: Witness | null;
  private readonly loop: LoopSide | null;
  private readonly timeline: TimelineEntry[];
  private readonly intents: Map<string, readonly Objective[]>;

  constructor(
    private readonly scenario: Scenario,
    private readonly options: RunOptions,
  ) {
    const { fabric, seed, timeline, document } = scenario;
    const bound = options.bound === true;
    this.world = new World(bound ? withoutLimits(fabric) : fabric, seed);
    this.timeline = timeline.filter(({ action }) => !bound || withoutNetworkTrouble(action.kind));
    this.fabric = new FabricRecorder(this.world);
    this.measures = scenario.measures.map(
      (measure) => new MeasureRecorder(measure, scenario.windows),
    );
    this.intents = new Map(
      scenario.intents.map(({ id, compiled }) => [id, compiled.objectives] as const),
    );
    const mode: LoopMode = bound ? 'off' : options.loop;
    const codec = new ImageCodec(fabric);
    this.witness =
      mode === 'on' && options.truth !== false
        ? new Witness(timeline, codec, document.spec.sampleIntervalMs, document.spec.durationMs)
        : null;
    const policy = policyFor(mode, scenario);
    this.loop =
      mode === 'off'
        ? null
        : new LoopSide(
            scenario,
            this.world,
            this.time,
            codec,
            policy,
            (change) => {
              const objectives = [...this.intents.values()].flat();
              this.witness?.before(
                change,
                this.world,
                this.loop?.devices.images ?? new Map(),
                objectives,
              );
            },
            options.flight,
          );
  }

  async run(): Promise<Result<Run>> {
    const begun = await this.begin();
    if (!begun.ok) return begun;
    const { durationMs } = this.scenario.document.spec;
    while (this.time.nowMs < durationMs) {
      this.options.signal?.throwIfAborted();
      const lived = await this.step(durationMs);
      if (!lived.ok) return lived;
    }
    await this.end();
    return ok({ result: this.result(), links: this.fabric.recording(), spec: this.world.spec });
  }

  private async begin(): Promise<Result<void>> {
    for (const [device, settings] of this.scenario.settings) this.world.configure(device, settings);
    for (const [i, job] of this.scenario.jobs.entries()) {
      const started = job.started ? this.world.startJob(job.spec) : ok(undefined);
      if (!started.ok) return mistake(`spec.workloads[${i}]`, started.error.reason);
    }
    const started = await this.loop?.start();
    if (started !== undefined && !started.ok)
      return mistake('spec.intents', `${started.error.where}: ${started.error.reason}`);
    return this.happen();
  }

  /** To the next moment at which anything looks, happens or is due. */
  private async step(durationMs: number): Promise<Result<void>> {
    const { tickMs, sampleIntervalMs } = this.scenario.document.spec;
    const { time, world } = this;
    const next = (periodMs: number): number => (Math.floor(time.nowMs / periodMs) + 1) * periodMs;
    const tickAtMs = next(tickMs);
    const sampleAtMs = Math.min(next(sampleIntervalMs), durationMs);
    const eventAtMs = this.timeline[0]?.atMs ?? Infinity;
    time.nowMs = Math.min(tickAtMs, sampleAtMs, eventAtMs, time.nextMs());
    world.advanceTo(time.nowMs);
    if (time.runDue()) await this.loop?.drain();
    if (time.nowMs === tickAtMs || time.nowMs === sampleAtMs) this.observe();
    if (time.nowMs === sampleAtMs) this.sample();
    const happened = await this.happen();
    if (!happened.ok) return happened;
    if (time.nowMs === tickAtMs) {
      await this.loop?.tick();
      this.lookAtChanges();
    }
    return ok(undefined);
  }

  private observe(): void {
    const observations = this.world.takeObservations();
    for (const observation of observations)
      for (const measure of this.measures) measure.observe(observation, this.time.nowMs);
    this.loop?.observe(observations);
  }

  private sample(): void {
    const { nowMs } = this.time;
    this.fabric.sample(nowMs);
    const totals = this.world.totals();
    for (const recorder of this.measures)
      recorder.close(nowMs, totals.get(recorder.measure.workload)?.bytes ?? 0);
    this.options.progress?.(nowMs, this.scenario.document.spec.durationMs);
  }

  /** The events of this moment. */
  private async happen(): Promise<Result<void>> {
    while (this.timeline[0] !== undefined && this.timeline[0].atMs <= this.time.nowMs) {
      const { action, text } = this.timeline.shift() as TimelineEntry;
      // With a loop, what others configure goes through the image of the switch.
      const toWorld = this.loop !== null && action.kind === 'settings';
      const applied = toWorld ? ok(undefined) : applyToWorld(this.world, action);
      if (!applied.ok) return mistake('spec.events', `${text}: ${applied.error.reason}`);
      if (action.kind === 'intent')
        this.intents.set(action.intent.id, action.intent.compiled.objectives);
      if (action.kind === 'delete-intent') this.intents.delete(action.id);
      const taken = await this.loop?.apply(action);
      if (taken !== undefined && !taken.ok)
        return mistake('spec.events', `${text}: ${taken.error.reason}`);
    }
    return ok(undefined);
  }

  private lookAtChanges(): void {
    for (const change of this.loop?.changes ?? [])
      if (change.verdict !== null && this.witness?.waitsFor(change.id)) this.witness.judge(change);
  }

  private async end(): Promise<void> {
    for (const change of this.loop?.changes ?? [])
      if (this.loop?.reachedDevices(change.id)) this.witness?.judge(change);
      else this.witness?.forget(change.id);
    await this.loop?.stop();
  }

  private result(): RunResult {
    const { scenario, loop, world } = this;
    const { metadata, spec } = scenario.document;
    const made = loop?.changes ?? [];
    const repeated = new Set(made.map(({ repeats }) => repeats));
    const changes = made.map((change) =>
      changeResult(change, {
        applied: loop?.reachedDevices(change.id) ?? false,
        repeated: repeated.has(change.id),
        truth: this.witness?.truthOf(change.id) ?? null,
      }),
    );
    const bound = this.options.bound === true;
    const facts: Omit<RunResult, 'digest' | 'expectations'> = {
      formatVersion: RESULT_FORMAT_VERSION,
      scenario: { ...metadata, description: spec.description },
      seed: scenario.seed,
      loop: bound ? 'off' : this.options.loop,
      bound,
      durationMs: spec.durationMs,
      windows: scenario.windows,
      fabric: {
        switches: world.spec.switches.length,
        links: world.spec.links.length,
        hosts: world.spec.endpoints.length,
      },
      measures: this.measures.map((measure) => measure.result()),
      series: this.fabric.series(),
      events: scenario.timeline.map(({ atMs, text }) => ({ atMs, text })),
      objectives: scenario.intents.flatMap(({ compiled }) =>
        compiled.objectives.map(({ id, workloads, metric, quantile, thresholdMs }) => {
          return { id, workloads, metric, quantile, thresholdMs };
        }),
      ),
      incidents: (loop?.incidents ?? []).map((incident) =>
        incidentResult(incident, loop?.named.of(incident.id) ?? []),
      ),
      changes,
      jobs: Object.fromEntries(world.totals()),
      cost: { ...world.cost() },
    };
    const expectations = facts.loop === 'on' ? checkExpectations(scenario, facts) : [];
    const text = canonicalJson([world.digest(), facts, expectations]);
    const digest = createHash('sha256').update(text).digest('hex');
    return { ...facts, expectations, digest };
  }
}

function policyFor(mode: LoopMode, { policy, topology }: Scenario): Policy {
  if (mode === 'observe') return observeOnly(policy);
  return mode === 'suggest' ? suggestOnly(policy, topology) : policy;
}

function withoutLimits(spec: FabricSpec): FabricSpec {
  return {
    ...spec,
    links: spec.links.map((link) => ({ ...link, capacityBps: link.capacityBps * BOUND_FACTOR })),
  };
}
