import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ControllerConfigSpec } from '@weir/contracts';
import { refuse } from '@weir/core/base';
import type { Command, CommandResult } from '@weir/core/model';
import type { Clock, ExactSolver, Journal, Timers } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import type { AnchoredJournal } from '@weir/adapter-journal-anchor';
import { Engine, type FlightRecorder, type SnapshotSettings } from '@weir/runtime';
import type { CrashPoint } from '../boot/crash-point';
import type { Site } from '../boot/load-site';
import type { Phases } from '../boot/phases';
import type { Secrets } from '../boot/secrets';
import type { SiteStore } from '../boot/site-store';
import { VERSION } from '../boot/version';
import { FRAME_SOURCE, type FrameSource } from '../ingest/frame-source';
import type { Catalog } from '../wiring/adapters';
import type { Backbone } from '../wiring/backbone';
import type { ExposedMetrics, StopRequest } from '../wiring/context';
import { flightRecorderOf } from '../wiring/flight';
import { exactSolverOf } from '../wiring/exact-solver';
import * as tokens from '../wiring/tokens';
import { anchored } from './anchoring';
import { checkCommand } from './check-command';
import { fileIntentCommands } from './file-intents';
import { ReportSwitch } from './report-switch';

/** Exit code that asks the supervisor to start the process again. */
export const EXIT_LEADERSHIP_LOST = 3;
/** A leader that is not granted the lease by then is a standby. */
const STANDBY_AFTER_MS = 3_000;
const PHASE_POLL_MS = 100;

/**
 * The `engine` role: wins the lease, opens the journal under its epoch, and runs the loop until
 * the process ends or the lease is lost. Commands reach it over the command bus only.
 */
@Injectable()
export class EngineService {
  private readonly ending = new AbortController();
  private readonly reports: ReportSwitch;
  private engine: Engine | null = null;
  private recorder: FlightRecorder | null = null;
  private readonly solver: ExactSolver | null;
  private journal: Journal | null = null;
  private anchors: AnchoredJournal | null = null;
  private epoch = 0;
  private leading: Promise<void> = Promise.resolve();

  constructor(
    @Inject(tokens.SETTINGS) private readonly settings: ControllerConfigSpec,
    @Inject(tokens.SITES) private readonly sites: SiteStore,
    @Inject(tokens.SECRETS) private readonly secrets: Secrets,
    @Inject(tokens.CATALOG) private readonly catalog: Catalog,
    @Inject(tokens.BACKBONE) private readonly backbone: Backbone,
    @Inject(FRAME_SOURCE) private readonly frames: FrameSource,
    @Inject(tokens.CLOCK) private readonly clock: Clock,
    @Inject(tokens.TIMERS) private readonly timers: Timers,
    @Inject(tokens.METRICS) private readonly metrics: ExposedMetrics,
    @Inject(tokens.LOG) private readonly log: LogPort,
    @Inject(tokens.PHASES_TOKEN) private readonly phases: Phases,
    @Inject(tokens.CRASH_POINT) private readonly crashPoint: CrashPoint,
    @Inject(tokens.STOP_REQUEST) private readonly requestStop: StopRequest,
  ) {
    this.reports = new ReportSwitch(backbone.queue);
    this.solver = exactSolverOf(settings);
  }

  /** Returns at once: a standby waits for the lease for as long as the leader lives. */
  start(): void {
    this.leading = this.lead().catch((err: unknown) => {
      if (this.ending.signal.aborted) return;
      this.log.error('engine could not start', { err });
      this.requestStop('engine could not start', 1);
    });
  }

  /**
   * Takes another site. A new policy counts from the next pass on; on a new topology the loop
   * starts anew and recovers what was open.
   */
  async replace(site: Site, previous: Site): Promise<void> {
    const { engine } = this;
    if (engine === null) return;
    if (site.topology.revision !== previous.topology.revision) {
      await engine.stop();
      await this.recorder?.close();
      await this.run(site);
    } else if (site.policy.hash !== previous.policy.hash) await engine.replacePolicy(site.policy);
    await this.putFileIntents(site);
  }

  /** Ends the loop between two passes; what is open is in the journal. */
  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.leading;
    await this.engine?.stop();
    await this.recorder?.close();
    await this.solver?.close();
    this.engine = null;
    await this.anchors?.endAnchoring();
    await this.backbone.lease.release();
  }

  private async lead(): Promise<void> {
    const { lease, commands } = this.backbone;
    lease.onLost((reason) => {
      this.lost(reason);
    });
    const becomeStandby = this.timers.after(STANDBY_AFTER_MS, () => {
      this.phases.setStandby(true);
      this.log.info('standby, another process leads', {});
    });
    try {
      this.epoch = await lease.acquire(this.ending.signal);
    } finally {
      becomeStandby();
      this.phases.setStandby(false);
    }
    this.log.info('leadership won', { epoch: this.epoch });
    this.phases.reach('lease');
    this.journal = await this.openJournal();
    this.phases.reach('journal');
    await this.run(this.sites.current);
    this.phases.reach('recovery');
    await commands.serve((given) => this.received(given));
    await this.putFileIntents(this.sites.current);
    this.awaitTelemetry();
  }

  private async openJournal(): Promise<Journal> {
    const journal = await this.backbone.engineJournal(this.epoch);
    const { anchor: settings } = this.settings.journal;
    if (settings === undefined) return journal;
    const { timers, metrics, log } = this;
    const secrets = this.secrets.anchor;
    this.anchors = await anchored(journal, { settings, secrets, timers, metrics, log });
    return this.anchors;
  }

  private async run(site: Site): Promise<void> {
    const { journal } = this;
    if (journal === null) throw new Error('the engine runs on an open journal');
    const { clock, timers, metrics, log, crashPoint } = this;
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    const frame = () => this.frames.take();
    this.recorder = flightRecorderOf(this.settings, metrics, log);
    const flight = this.recorder === null ? {} : { flight: this.recorder };
    const solver = this.solver === null ? {} : { solver: this.solver };
    const engine = new Engine(
      {
        clock,
        timers,
        journal,
        queue: this.reports,
        metrics,
        log,
        digest,
        crashPoint,
        frame,
        ...flight,
        ...solver,
      },
      {
        version: VERSION,
        configHash: site.hash,
        topology: site.topology,
        policy: site.policy,
        profiles: this.catalog.profiles,
        intentKinds: this.catalog.intentKinds,
        tickMs: this.settings.tickMs,
        operationTimeoutMs: this.settings.southbound.operationTimeoutMs,
        exactLimitMs: this.settings.exactSolver.limitMs,
        snapshots: snapshotsOf(this.settings),
      },
    );
    engine.onFatal((err: unknown) => {
      this.log.error('engine failed, nothing more is applied', { err });
      this.requestStop('engine failed', 1);
    });
    this.engine = engine;
    await engine.start(this.epoch);
  }

  private async received(given: unknown): Promise<CommandResult> {
    const command = checkCommand(given);
    return command.ok ? this.command(command.value) : command;
  }

  private async command(command: Command): Promise<CommandResult> {
    const { engine } = this;
    if (engine === null || this.ending.signal.aborted)
      return refuse('engine-unavailable', '', 'the engine is stopping');
    try {
      return await engine.command(command);
    } catch (err) {
      this.log.error('command failed', { err, verb: command.verb });
      return refuse('internal', command.verb, 'the command failed; the log says why');
    }
  }

  private async putFileIntents(site: Site): Promise<void> {
    if (this.engine === null) return;
    const { configIntents } = this.engine.durable;
    const { intentKinds } = this.catalog;
    for (const command of fileIntentCommands(site.intents, configIntents, intentKinds)) {
      const result = await this.command(command);
      if (!result.ok) this.log.error('intent of a file refused', { ...result.error });
    }
  }

  /** Running is having seen enough telemetry for a first pass, or having found out that it lacks. */
  private awaitTelemetry(): void {
    const poll = async (): Promise<void> => {
      const answer = await this.command({ verb: 'status' });
      const status = answer.ok && answer.value.kind === 'status' ? answer.value.status : null;
      if (status !== null && (status.phase === 'running' || status.phase === 'holding')) {
        this.phases.reach('telemetry');
        this.phases.reach('running');
      } else if (!this.ending.signal.aborted) {
        this.timers.after(PHASE_POLL_MS, () => void poll());
      }
    };
    void poll();
  }

  private lost(reason: string): void {
    if (this.ending.signal.aborted) return;
    this.log.error('leadership lost, stopping', { reason, epoch: this.epoch });
    // At once: the orderly stop of the rest takes seconds, and another leader may write already.
    void this.engine?.stop();
    this.requestStop('leadership lost', EXIT_LEADERSHIP_LOST);
  }
}

const DAY_MS = 86_400_000;

const snapshotsOf = ({ journal }: ControllerConfigSpec): SnapshotSettings => ({
  everyRecords: journal.snapshotEvery,
  keepRecords: journal.keepRecords,
  keepMs: journal.keepDays * DAY_MS,
});
