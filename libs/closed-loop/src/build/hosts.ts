import type { HostSelector } from '@weir/contracts';
import { ok, type Random, type Result } from '@weir/core/base';
import { splitPort, type FabricSpec } from '@weir/sim';
import { matching } from './pattern';
import { mistake, unknownName } from './refusals';

type Endpoint = FabricSpec['endpoints'][number];
type Chosen = Exclude<HostSelector, readonly string[]>;

export interface HostContext {
  readonly spec: FabricSpec;
  /** Hosts of the workloads before. */
  readonly used: ReadonlySet<string>;
  readonly random: Random;
}

/** Names of the hosts that a selector means, in the order of ranks; never an empty list. */
export function selectHosts(
  selector: HostSelector,
  context: HostContext,
  where: string,
): Result<string[]> {
  if (Array.isArray(selector)) return byName(selector, context.spec, where);
  const leaves = leavesOf(selector, context.spec, where);
  if (!leaves.ok) return leaves;
  const groups = byLeaf(selector, context, leaves.value);
  const hosts = placed(groups, selector.placement, context.random);
  if (hosts.length === 0) return mistake(where, 'no host is left that fits all of it');
  if (selector.count === undefined) return ok(hosts);
  if (hosts.length >= selector.count) return ok(hosts.slice(0, selector.count));
  return mistake(`${where}.count`, `only ${hosts.length} hosts fit`);
}

function byName(names: readonly string[], spec: FabricSpec, where: string): Result<string[]> {
  const known = new Set(spec.endpoints.map((endpoint) => endpoint.name));
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (!known.has(name)) return unknownName(`${where}[${i}]`, 'host', name, known);
    if (seen.has(name)) return mistake(`${where}[${i}]`, `"${name}" is named twice`);
    seen.add(name);
  }
  return ok([...names]);
}

function leavesOf(selector: Chosen, spec: FabricSpec, where: string): Result<string[]> {
  const attached = new Set(spec.endpoints.map((end) => splitPort(end.attachedTo).device));
  const names = [...attached];
  if (selector.leaf === undefined) return ok(names);
  const found = new Set<string>();
  for (const pattern of [selector.leaf].flat()) {
    const matched = matching(pattern, names);
    if (matched.length === 0)
      return unknownName(`${where}.leaf`, 'switch with hosts', pattern, names);
    for (const name of matched) found.add(name);
  }
  return ok([...found]);
}

function byLeaf(
  selector: Chosen,
  { spec, used }: HostContext,
  leaves: readonly string[],
): string[][] {
  const labels = Object.entries(selector.matchLabels ?? {});
  const groups = new Map<string, string[]>(leaves.map((leaf) => [leaf, []]));
  const fits = (endpoint: Endpoint): boolean =>
    labels.every(([key, value]) => endpoint.labels[key] === value) &&
    !(selector.unused && used.has(endpoint.name));
  for (const endpoint of spec.endpoints)
    if (fits(endpoint)) groups.get(splitPort(endpoint.attachedTo).device)?.push(endpoint.name);
  const to = selector.skip + (selector.perLeaf ?? Infinity);
  return [...groups.values()].map((names) => names.slice(selector.skip, to));
}

function placed(
  groups: readonly (readonly string[])[],
  placement: Chosen['placement'],
  random: Random,
): string[] {
  const packed = groups.flat();
  if (placement === 'packed') return packed;
  if (placement === 'striped') {
    const most = Math.max(0, ...groups.map((names) => names.length));
    return Array.from({ length: most }, (_, i) => groups.flatMap((names) => names[i] ?? [])).flat();
  }
  // Fisher-Yates.
  for (let i = packed.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [packed[i], packed[other]] = [packed[other] ?? '', packed[i] ?? ''];
  }
  return packed;
}
