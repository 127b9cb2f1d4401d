import { ok, refuse, type Result } from '@weir/core/base';
import { SwitchImage } from '@weir/openconfig-switch';
import {
  CALM_SERVICE,
  demoStage,
  FluidFabric,
  leafSpine,
  withChanges,
  type Scenario,
  type Stage,
} from '@weir/sim';
import type { FabricConfig } from './config/fabric-config';
import { OtlpExporter } from './otlp/exporter';
import { SimulatedSwitch } from './switch/simulated-switch';
import { SwitchBackend } from './switch/switch-backend';
import { topologyDocument } from './topology-document';
import { notePortChanges } from './port-changes';

/** Steps that may be caught up at once after the process was held; older time is skipped. */
const MAX_CATCH_UP_STEPS = 20;

/** The simulated fabric in real time: the model, a gNMI server for each switch, the reporters. */
export class FabricProcess {
  readonly fabric: FluidFabric;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly switches = new Map<string, SimulatedSwitch>();
  private readonly stage: Stage;
  private exporter: OtlpExporter | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly bootNs = BigInt(Date.now()) * 1_000_000n;
  private startedMs = 0;
  private sinceExportMs = 0;
  private portsUp = new Map<string, boolean>();

  constructor(
    private readonly config: FabricConfig,
    private readonly log: (message: string) => void,
  ) {
    this.stage = stageOf(config);
    this.fabric = new FluidFabric(this.stage.spec, config.spec.seed);
    this.scenarios = new Map(this.stage.scenarios.map((scenario) => [scenario.name, scenario]));
  }

  /** Starts everything; refused when a configured workload does not fit the fabric. */
  async start(): Promise<Result<void>> {
    const changes = this.stage.scenarios.flatMap((scenario) => scenario.settings);
    const { host, basePort } = this.config.spec.gnmi;
    for (const [index, { name }] of this.stage.spec.switches.entries()) {
      const settings = withChanges(name, this.fabric.settings(name), changes);
      const image = new SwitchImage(this.stage.spec, name, settings);
      const backend = new SwitchBackend(this.fabric, image, { nowNs: () => this.nowNs() });
      const report = (message: string, error: unknown): void =>
        this.log(`${message}: ${String(error)}`);
      const simulated = new SimulatedSwitch(name, this.fabric, backend, report);
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
    return this.bootNs + BigInt(Math.round(this.fabric.nowMs * 1e6));
  }

  reportTo(endpoint: string): void {
    this.exporter?.close();
    this.exporter = new OtlpExporter(endpoint, this.nowNs(), this.log);
  }

  topology(): string {
    return topologyDocument(
      this.stage.spec,
      this.config.spec.gnmi.host,
      (device) => this.switches.get(device)?.port ?? 0,
    );
  }

  startScenario(name: string): Result<void> {
    const scenario = this.scenarios.get(name);
    if (scenario === undefined) return refuse('not-found', name, 'no scenario has this name');
    for (const workload of scenario.incident) {
      this.fabric.stopWorkload(workload.name);
      const started = this.fabric.startWorkload(workload);
      if (!started.ok) return started;
    }
    return ok(undefined);
  }

  /** Good times again: the incident's workloads stop, those they replaced come back. */
  stopScenario(name: string): Result<void> {
    const scenario = this.scenarios.get(name);
    if (scenario === undefined) return refuse('not-found', name, 'no scenario has this name');
    for (const workload of scenario.incident) this.fabric.stopWorkload(workload.name);
    const running = new Set(this.fabric.workloadSpecs().map((entry) => entry.spec.name));
    for (const workload of scenario.baseline) {
      if (running.has(workload.name)) continue;
      const started = this.fabric.startWorkload(workload);
      if (!started.ok) return started;
    }
    return ok(undefined);
  }

  /** Restores switches where they listened before. */
  async restore(name: string): Promise<void> {
    await this.switches.get(name)?.restore(this.config.spec.gnmi.host);
  }

  private startWorkloads(): Result<void> {
    for (const scenario of this.stage.scenarios) {
      for (const { link, from, fault } of scenario.faults) {
        const set = this.fabric.setLinkFault(link, fault, from);
        if (!set.ok) return set;
      }
    }
    const baseline = this.stage.scenarios.flatMap((scenario) => scenario.baseline);
    const calm = this.config.spec.stage === 'demo' ? [CALM_SERVICE] : [];
    const configured = this.config.spec.workloads;
    for (const [index, workload] of [...configured, ...baseline, ...calm].entries()) {
      const started = this.fabric.startWorkload(workload);
      if (started.ok) continue;
      const { where, reason } = started.error;
      const field = where.slice(`workloads.${workload.name}`.length);
      return refuse('config-invalid', `spec.workloads[${index}]${field}`, reason);
    }
    return ok(undefined);
  }

  private tick(): void {
    const { stepMs } = this.config.spec;
    const dueMs = performance.now() - this.startedMs;
    let steps = Math.floor((dueMs - this.fabric.nowMs) / stepMs + 1e-6);
    if (steps > MAX_CATCH_UP_STEPS) {
      this.startedMs += (steps - MAX_CATCH_UP_STEPS) * stepMs;
      steps = MAX_CATCH_UP_STEPS;
    }
    for (; steps > 0; steps--) {
      this.fabric.step(stepMs);
      this.sinceExportMs += stepMs;
    }
    this.portsUp = notePortChanges(this.fabric, this.switches, this.portsUp);
    if (this.sinceExportMs < this.config.spec.otlp.intervalMs) return;
    this.sinceExportMs = 0;
    const observations = this.fabric.takeObservations();
    this.exporter?.send(observations, this.nowNs());
  }
}

function stageOf(config: FabricConfig): Stage {
  const { spec } = config;
  if (spec.stage === 'demo') return demoStage();
  return {
    scenarios: [],
    spec: leafSpine({
      name: config.metadata.name,
      leaves: spec.leaves,
      spines: spec.spines,
      hostPortsPerLeaf: spec.hostPortsPerLeaf,
      linkCapacityBps: spec.linkCapacity,
      hostCapacityBps: spec.hostCapacity,
      sharedBufferBytes: spec.sharedBuffer,
    }),
  };
}
