import { formatIssues, summarize, topologySchema, type ScenarioDocument } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import {
  clos,
  DEFAULT_QUEUES,
  fatTree,
  fromContainerlab,
  fromLingjun,
  fromTopology,
  leafSpineFabric,
  railOptimised,
  type FabricSpec,
  type Hashing,
} from '@weir/sim';
import { parseDocument } from 'yaml';
import { mistake } from './refusals';
import type { ReadText } from './scenario';

type Spec = ScenarioDocument['spec'];
type Hardware = {
  readonly linkCapacity?: number | undefined;
  readonly hostCapacity: number;
  readonly sharedBuffer: number;
  readonly propagationUs: number;
  readonly weightGridEntries: number;
};

/** The fabric of a scenario, built or read from a file, with an underlay that tracks next hops. */
export function buildFabric(name: string, spec: Spec, readText: ReadText): Result<FabricSpec> {
  const built = fabricOf(name, spec, readText);
  return built.ok ? ok({ ...built.value, remoteFailures: 'withdrawn' }) : built;
}

function fabricOf(
  name: string,
  { topology, queues }: Spec,
  readText: ReadText,
): Result<FabricSpec> {
  const names = queues?.map((queue) => queue.name) ?? [];
  const twice = names.findIndex((queue, i) => names.indexOf(queue) < i);
  if (twice >= 0) return mistake(`spec.queues[${twice}].name`, `"${names[twice]}" is used twice`);
  const common = { name, hashing: topology.hashing, queues: queues ?? DEFAULT_QUEUES };
  const { leafSpine, fatTree: tree, clos: pods, railOptimised: rails } = topology;
  const built = (field: string, spec: Result<FabricSpec>): Result<FabricSpec> =>
    spec.ok ? spec : mistake(`spec.topology.${field}.${spec.error.where}`, spec.error.reason);
  if (leafSpine !== undefined)
    return built(
      'leafSpine',
      leafSpineFabric({
        ...common,
        ...hardware(leafSpine),
        leaves: leafSpine.leaves,
        spines: leafSpine.spines,
        hostPortsPerLeaf: leafSpine.hostsPerLeaf,
        groupOfLeaf: (leaf) => `pod${Math.ceil(leaf / leafSpine.leavesPerGroup)}`,
      }),
    );
  if (tree !== undefined)
    return built('fatTree', fatTree({ ...common, ...hardware(tree), k: tree.k }));
  if (rails !== undefined)
    return built('railOptimised', railOptimised({ ...common, ...hardware(rails), ...rails }));
  if (pods !== undefined) {
    const { oversubscription, ...sizes } = pods;
    const ratio = oversubscription === undefined ? {} : { oversubscription };
    return built('clos', clos({ ...common, ...hardware(pods), ...sizes, ...ratio }));
  }
  return fromFile(topology, common, readText);
}

const hardware = (fields: Hardware) => ({
  ...(fields.linkCapacity === undefined ? {} : { linkCapacityBps: fields.linkCapacity }),
  hostCapacityBps: fields.hostCapacity,
  sharedBufferBytes: fields.sharedBuffer,
  propagationUs: fields.propagationUs,
  weightGridEntries: fields.weightGridEntries,
});

/** Files say neither delays nor how queues are scheduled; the rest stands in them. */
function fromFile(
  { file, containerlab, lingjun }: Spec['topology'],
  common: Pick<FabricSpec, 'name' | 'queues'> & { readonly hashing: Hashing },
  readText: ReadText,
): Result<FabricSpec> {
  const [field, path] =
    file !== undefined
      ? (['file', file] as const)
      : containerlab !== undefined
        ? (['containerlab', containerlab] as const)
        : (['lingjun.file', lingjun?.file ?? ''] as const);
  const where = `spec.topology.${field}`;
  const text = readText(path);
  if (!text.ok) return mistake(where, text.error.reason);
  const inFile = (spec: Result<FabricSpec>): Result<FabricSpec> =>
    spec.ok ? spec : mistake(where, `${path}: ${spec.error.where}: ${spec.error.reason}`);
  if (lingjun !== undefined) {
    const { hosts } = lingjun;
    const options = { ...common, ...hardware(lingjun), ...(hosts === undefined ? {} : { hosts }) };
    return inFile(fromLingjun(text.value, options));
  }
  const yaml = parseDocument(text.value);
  const [error] = yaml.errors;
  if (error) return mistake(where, `${path}: ${error.message.split('\n')[0] ?? 'not YAML'}`);
  if (containerlab !== undefined) return inFile(fromContainerlab(yaml.toJS(), common));
  const parsed = topologySchema.safeParse(yaml.toJS());
  if (parsed.success) return inFile(fromTopology(parsed.data, common));
  const { where: inside, reason } = summarize(formatIssues(parsed.error));
  return mistake(where, `${path}: ${inside}: ${reason}`);
}
