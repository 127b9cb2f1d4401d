import { buildJob, type Scenario as PlayedScenario, type TimelineEntry } from '@weir/closed-loop';
import { ok, refuse, seededRandom, type Result } from '@weir/core/base';
import {
  CALM_SERVICE,
  demoStage,
  leafSpineFabric,
  withChanges,
  type FabricSpec,
  type JobSpec,
  type Scenario,
  type SwitchSettings,
} from '@weir/sim';
import type { FabricConfig } from '../config/fabric-config';

/** What a fabric is made of and what happens on it, whichever file it comes from. */
export interface FabricPlan {
  readonly spec: FabricSpec;
  readonly seed: number;
  /** Configuration that a switch boots with, from what it has out of the box. */
  settingsOf(device: string, outOfTheBox: SwitchSettings): SwitchSettings;
  readonly faults: Scenario['faults'];
  /** Workloads that run from the start. */
  readonly jobs: readonly JobSpec[];
  /** Stories that the control API starts and ends. */
  readonly stories: readonly Scenario[];
  /** What happens by itself, in order of time. */
  readonly timeline: readonly TimelineEntry[];
}

/** The stage of `npm start`, or the plain fabric of a configuration, with its workloads. */
export function planOfConfig(config: FabricConfig): Result<FabricPlan> {
  const { spec: given, metadata } = config;
  const stage = given.stage === 'demo' ? demoStage() : null;
  const plain = leafSpineFabric({
    name: metadata.name,
    leaves: given.leaves,
    spines: given.spines,
    hostPortsPerLeaf: given.hostPortsPerLeaf,
    linkCapacityBps: given.linkCapacity,
    hostCapacityBps: given.hostCapacity,
    sharedBufferBytes: given.sharedBuffer,
  });
  if (!plain.ok) return refuse('config-invalid', `spec.${plain.error.where}`, plain.error.reason);
  const spec = stage?.spec ?? plain.value;
  const configured = jobsOf(config, spec);
  if (!configured.ok) return configured;
  const stories = stage?.scenarios ?? [];
  const changes = stories.flatMap((story) => story.settings);
  return ok({
    spec,
    seed: given.seed,
    settingsOf: (device, outOfTheBox) => withChanges(device, outOfTheBox, changes),
    faults: stories.flatMap((story) => story.faults),
    jobs: [
      ...configured.value,
      ...stories.flatMap((story) => story.baseline),
      ...(stage === null ? [] : [CALM_SERVICE]),
    ],
    stories,
    timeline: [],
  });
}

function jobsOf(config: FabricConfig, spec: FabricSpec): Result<JobSpec[]> {
  const jobs: JobSpec[] = [];
  const used = new Set<string>();
  for (const [i, workload] of config.spec.workloads.entries()) {
    const random = seededRandom(config.spec.seed).fork(`hosts/${workload.name}`);
    const job = buildJob(workload, { spec, used, random }, `spec.workloads[${i}]`);
    if (!job.ok) return refuse('config-invalid', job.error.where, job.error.reason);
    for (const name of Object.values(job.value.hosts).flat()) used.add(name);
    if (job.value.started) jobs.push(job.value.spec);
  }
  return ok(jobs);
}

/** A scenario file: its fabric, workloads and events; intents and policy are the controller's. */
export const planOfScenario = (scenario: PlayedScenario): FabricPlan => ({
  spec: scenario.fabric,
  seed: scenario.seed,
  settingsOf: (device, outOfTheBox) => scenario.settings.get(device) ?? outOfTheBox,
  faults: [],
  jobs: scenario.jobs.filter((job) => job.started).map((job) => job.spec),
  stories: [],
  timeline: scenario.timeline,
});
