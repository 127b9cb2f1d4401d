import { API_VERSION } from '@weir/contracts';
import type { FabricClient, ScenarioView, WorkloadView } from '../clients/fabric-client';

type Intent = Readonly<Record<string, unknown>>;

/** Limit for services that no scenario is about, ms. */
const OTHER_THRESHOLD_MS = 20;

/** A latency objective for every inference service, and one for each training job to come. */
export async function intentsFor(fabric: FabricClient): Promise<readonly Intent[]> {
  const scenarios = await fabric.scenarios();
  const running = await fabric.workloads();
  const told = new Set(scenarios.map((scenario) => scenario.objective.workload));
  const others = running
    .map(({ spec }) => spec)
    .filter((spec) => spec.kind === 'inference' && !told.has(spec.name));
  const jobs = scenarios.flatMap((scenario) =>
    scenario.incident.filter((workload) => workload.workers !== undefined),
  );
  return [
    ...scenarios.map(fromScenario),
    ...others.map((spec) =>
      latency(spec.name, spec.class, OTHER_THRESHOLD_MS, spec.clients ?? [], spec.servers ?? []),
    ),
    ...jobs.map(training),
  ];
}

const fromScenario = ({ objective }: ScenarioView): Intent =>
  latency(
    objective.workload,
    objective.class,
    objective.thresholdMs,
    objective.sources,
    objective.destinations,
  );

const latency = (
  name: string,
  trafficClass: string,
  thresholdMs: number,
  sources: readonly string[],
  destinations: readonly string[],
): Intent => ({
  apiVersion: API_VERSION,
  kind: 'LatencyObjective',
  metadata: { name },
  priority: 200,
  spec: {
    workloads: [name],
    class: trafficClass,
    quantile: 0.95,
    thresholdMs,
    targetRatio: 0.999,
    flows: [{ sources, destinations }],
  },
});

function training(job: WorkloadView): Intent {
  const collective = job.steps?.[0]?.collective;
  return {
    apiVersion: API_VERSION,
    kind: 'TrainingJob',
    metadata: { name: job.name },
    priority: 100,
    spec: {
      members: job.workers ?? [],
      ...(collective?.servers === undefined ? {} : { servers: collective.servers }),
      collective: collective?.algorithm ?? '',
    },
  };
}
