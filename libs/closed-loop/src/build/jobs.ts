import type { ScenarioDocument, Workload } from '@weir/contracts';
import { ok, seededRandom, type Result } from '@weir/core/base';
import type { Collective, FabricSpec, JobSpec, TrainingStep } from '@weir/sim';
import { selectHosts, type HostContext } from './hosts';
import { all, mistake, unknownName } from './refusals';

type Hosts = Extract<Workload, { kind: 'bulk' }>['sources'];
type TrainingWorkload = Extract<Workload, { kind: 'training' }>;
type StepDocument = TrainingWorkload['steps'][number];
type CollectiveDocument = NonNullable<StepDocument['collective']>;

/** A workload ready to run, with the lists of hosts that intents can refer to. */
export interface BuiltJob {
  readonly spec: JobSpec;
  /** Whether it runs from the start. */
  readonly started: boolean;
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

/** Jobs of the workloads of a scenario, in order; random placement follows from the seed. */
export function buildJobs(
  workloads: ScenarioDocument['spec']['workloads'],
  spec: FabricSpec,
  seed: number,
): Result<BuiltJob[]> {
  const used = new Set<string>();
  return all(workloads, (workload, i) => {
    const random = seededRandom(seed).fork(`hosts/${workload.name}`);
    const job = buildJob(workload, { spec, used, random }, `spec.workloads[${i}]`);
    if (job.ok) for (const name of Object.values(job.value.hosts).flat()) used.add(name);
    return job;
  });
}

/** One workload; `where` is its path in the file. Refused: hosts and queues that do not exist. */
export function buildJob(
  workload: Workload,
  context: HostContext,
  where: string,
): Result<BuiltJob> {
  const queues = context.spec.queues.map((queue) => queue.name);
  if (workload.queue !== undefined && !queues.includes(workload.queue))
    return unknownName(`${where}.queue`, 'queue', workload.queue, queues);
  const select = (field: string, selector: Hosts): Result<string[]> =>
    selectHosts(selector, context, `${where}.${field}`);
  if (workload.kind === 'training') return buildTraining(workload, select, where);
  if (workload.kind === 'inference') {
    const pair = pairOf(select, ['clients', workload.clients], ['servers', workload.servers]);
    if (!pair.ok) return pair;
    const [clients, servers] = pair.value;
    const { started, queue, ...rest } = workload;
    return ok({
      started,
      spec: { ...rest, ...queueOf(queue), clients, servers },
      hosts: { clients, servers },
    });
  }
  const pair = pairOf(
    select,
    ['sources', workload.sources],
    ['destinations', workload.destinations],
  );
  if (!pair.ok) return pair;
  const [sources, destinations] = pair.value;
  const { started, queue, ...rest } = workload;
  if (sources.length === 1 && destinations.length === 1 && sources[0] === destinations[0])
    return mistake(`${where}.destinations`, 'source and destination are the same host');
  return ok({
    started,
    spec: { ...rest, ...queueOf(queue), sources, destinations },
    hosts: { sources, destinations },
  });
}

const queueOf = (queue: string | undefined) => (queue === undefined ? {} : { queue });

function pairOf(
  select: (field: string, selector: Hosts) => Result<string[]>,
  first: readonly [string, Hosts],
  second: readonly [string, Hosts],
): Result<[string[], string[]]> {
  const a = select(...first);
  if (!a.ok) return a;
  const b = select(...second);
  return b.ok ? ok([a.value, b.value]) : b;
}

function buildTraining(
  workload: TrainingWorkload,
  select: (field: string, selector: Hosts) => Result<string[]>,
  where: string,
): Result<BuiltJob> {
  const workers = select('workers', workload.workers);
  if (!workers.ok) return workers;
  if (workers.value.length < 2) return mistake(`${where}.workers`, 'at least two workers');
  const hosts: Record<string, readonly string[]> = { workers: workers.value };
  const steps = all(workload.steps, (step, i): Result<TrainingStep[]> => {
    const collective = collectiveOf(step.collective, select, `steps[${i}].collective`);
    if (!collective.ok) return collective;
    const servers = collective.value !== null && serversOf(collective.value);
    if (servers) {
      hosts['servers'] = servers;
      const both = servers.find((server) => workers.value.includes(server));
      if (both !== undefined)
        return mistake(`${where}.steps[${i}].collective.servers`, `${both} is a worker too`);
    }
    const one = { computeMs: step.computeMs, collective: collective.value };
    return ok(Array.from({ length: step.repeat }, () => one));
  });
  if (!steps.ok) return steps;
  const stragglers = stragglersOf(workload, workers.value, select, where);
  if (!stragglers.ok) return stragglers;
  const { started, queue, ...rest } = workload;
  return ok({
    started,
    spec: {
      ...rest,
      ...queueOf(queue),
      workers: workers.value,
      steps: steps.value.flat(),
      stragglers: stragglers.value,
    },
    hosts,
  });
}

const serversOf = (collective: Collective): readonly string[] | undefined =>
  'servers' in collective ? collective.servers : undefined;

function collectiveOf(
  document: CollectiveDocument | null,
  select: (field: string, selector: Hosts) => Result<string[]>,
  field: string,
): Result<Collective | null> {
  if (document === null) return ok(null);
  const { groups, ...rest } = document;
  const grouped = groups === undefined ? {} : { groups };
  if (!('servers' in rest)) return ok({ ...rest, ...grouped });
  const servers = select(`${field}.servers`, rest.servers);
  return servers.ok ? ok({ ...rest, ...grouped, servers: servers.value }) : servers;
}

function stragglersOf(
  workload: TrainingWorkload,
  workers: readonly string[],
  select: (field: string, selector: Hosts) => Result<string[]>,
  where: string,
): Result<{ readonly workers: string[]; readonly slowdown: number } | null> {
  if (workload.stragglers === null) return ok(null);
  const slow = select('stragglers.workers', workload.stragglers.workers);
  if (!slow.ok) return slow;
  const other = slow.value.find((name) => !workers.includes(name));
  if (other !== undefined)
    return mistake(`${where}.stragglers.workers`, `${other} is no worker of this job`);
  return ok({ workers: slow.value, slowdown: workload.stragglers.slowdown });
}
