import { buildJob } from '@weir/closed-loop';
import type { Workload } from '@weir/contracts';
import { ok, refuse, seededRandom, type Result } from '@weir/core/base';
import { SwitchImage } from '@weir/openconfig-switch';
import { World, type JobSpec, type Scenario } from '@weir/sim';
import type { FabricConfig } from './config/fabric-config';
import { OtlpExporter } from './otlp/exporter';
import type { FabricPlan } from './plan/fabric-plan';
import { TimelinePlayer } from './plan/timeline-player';
import { notePortChanges } from './switch/port-changes';
import { SimulatedSwitch } from './switch/simulated-switch';
import { SwitchBackend } from './switch/switch-backend';
import { topologyDocument } from './topology-document';

/** Time that may be caught up at once after the process was held; older time is skipped. */
const MAX_CATCH_UP_MS = 2_000;

/** The simulated fabric in real time: the model, a gNMI server for each switch, the reporters. */
export class FabricProcess {
  readonly world: World;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly switches = new Map<string, SimulatedSwitch>();
  private readonly player: TimelinePlayer;
  private exporter: OtlpExporter | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly bootNs = BigInt(Date.now()) * 1_000_000n;
  private startedMs = 0;
  private exportedMs = 0;
  private portsUp = new Map<string, boolean>();

  constructor(
    private readonly config: FabricConfig,
    private readonly plan: FabricPlan,
    private readonly log: (message: string) => void,
  ) {
    this.world = new World(plan.spec, plan.seed);
    this.scenarios = new Map(plan.stories.map((scenario) => [scenario.name, scenario]));
    const { world, switches } = this;
    this.player = new TimelinePlayer(plan.timeline, {
      world,
      switches,
      host: config.spec.gnmi.host,
      log,
    });
  }

  /** Starts everything; refused when a configured workload does not fit the fabric. */
  async start(): Promise<Result<void>> {
    const { host, basePort } = this.config.spec.gnmi;
    const { spec } = this.world;
    for (const [index, { name }] of spec.switches.entries()) {
      const settings = this.plan.settingsOf(name, this.world.settings(name));
      const image = new SwitchImage(spec, name, settings);
      const backend = new SwitchBackend(this.world, image, { nowNs: () => this.nowNs() });
      const report = (message: string, error: unknown): void =>
        this.log(`${message}: ${String(error)}`);
      const simulated = new SimulatedSwitch(name, this.world, backend, report);
      await simulated.start(host, basePort === 0 ? 0 : basePort + index);
      this.switches.set(name, simulated);
    }
    const started = this.startWorkloads();
    if (!started.ok) return started;
    const { endpoint } = this.config.spec.otlp;
    if (endpoint !== undefined) this.reportTo(endpoint);
    this.startedMs = performance.now();
    this.timer = setInterval(() => this.tick(), this.config.spec.stepMs);
    return ok(undefined);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.exporter?.close();
    await Promise.all([...this.switches.values()].map((entry) => entry.close()));
  }

  /** Device time of the last step, ns since the epoch. */
  nowNs(): bigint {
    return this.bootNs + BigInt(Math.round(this.world.nowMs * 1e6));
  }

  reportTo(endpoint: string): void {
    this.exporter?.close();
    this.exporter = new OtlpExporter(endpoint, this.nowNs(), this.log);
  }

  topology(): string {
    return topologyDocument(
      this.world.spec,
      this.config.spec.gnmi.host,
      (device) => this.switches.get(device)?.port ?? 0,
    );
  }

  /** Starts a workload as a file would have it, its hosts chosen now. */
  startWorkload(workload: Workload): Result<JobSpec> {
    const random = seededRandom(this.plan.seed).fork(`hosts/${workload.name}`);
    const context = { spec: this.world.spec, used: new Set<string>(), random };
    const job = buildJob(workload, context, `workloads.${workload.name}`);
    if (!job.ok) return refuse('request-invalid', job.error.where, job.error.reason);
    const started = this.world.startJob(job.value.spec);
    return started.ok ? ok(job.value.spec) : started;
  }

  startScenario(name: string): Result<void> {
    const scenario = this.scenarios.get(name);
    if (scenario === undefined) return refuse('not-found', name, 'no scenario has this name');
    for (const workload of scenario.incident) {
      this.world.stopJob(workload.name);
      const started = this.world.startJob(workload);
      if (!started.ok) return started;
    }
    return ok(undefined);
  }

  /** Good times again: the incident's workloads stop, those they replaced come back. */
  stopScenario(name: string): Result<void> {
    const scenario = this.scenarios.get(name);
    if (scenario === undefined) return refuse('not-found', name, 'no scenario has this name');
    for (const workload of scenario.incident) this.world.stopJob(workload.name);
    const running = new Set(this.world.jobs().map((entry) => entry.spec.name));
    for (const workload of scenario.baseline) {
      if (running.has(workload.name)) continue;
      const started = this.world.startJob(workload);
      if (!started.ok) return started;
    }
    return ok(undefined);
  }

  /** Restores switches where they listened before. */
  async restore(name: string): Promise<void> {
    await this.switches.get(name)?.restore(this.config.spec.gnmi.host);
  }

  private startWorkloads(): Result<void> {
    for (const { link, from, fault } of this.plan.faults) {
      const set = this.world.setLinkFault(link, fault, from);
      if (!set.ok) return set;
    }
    for (const [index, workload] of this.plan.jobs.entries()) {
      const started = this.world.startJob(workload);
      if (started.ok) continue;
      const { where, reason } = started.error;
      const field = where.slice(`workloads.${workload.name}`.length);
      return refuse('config-invalid', `spec.workloads[${index}]${field}`, reason);
    }
    return ok(undefined);
  }

  private tick(): void {
    const behindMs = performance.now() - this.startedMs - this.world.nowMs;
    if (behindMs > MAX_CATCH_UP_MS) this.startedMs += behindMs - MAX_CATCH_UP_MS;
    const dueMs = Math.max(this.world.nowMs, performance.now() - this.startedMs);
    for (let nextMs = this.player.nextMs(); nextMs <= dueMs; nextMs = this.player.nextMs()) {
      this.world.advanceTo(Math.max(this.world.nowMs, nextMs));
      void this.player.play();
    }
    this.world.advanceTo(dueMs);
    this.portsUp = notePortChanges(this.world, this.switches, this.portsUp);
    if (this.world.nowMs - this.exportedMs < this.config.spec.otlp.intervalMs) return;
    this.exportedMs = this.world.nowMs;
    this.exporter?.send(this.world.takeObservations(), this.nowNs());
  }
}
