import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readTunnels, type TeNetwork, type TeSample } from '@weir/sim';
import { CliError } from '../../cli-error';

/** The two fabrics of the data set, each in a folder of its own. */
const NETWORKS = ['Facebook_pod_a', 'Facebook_pod_b'];

export interface TeData {
  readonly name: string;
  readonly network: TeNetwork;
  readonly samples: readonly TeSample[];
}

const graphSchema = z.object({
  nodes: z.array(z.object({ id: z.number().int().nonnegative() })).min(2),
  links: z.array(
    z.object({
      capacity: z.number().positive(),
      source: z.number().int().nonnegative(),
      target: z.number().int().nonnegative(),
    }),
  ),
});

/** All matrices of `<folder>/meta-pods`; null where there is no such folder. */
export function readTeData(folder: string): TeData[] | null {
  const root = join(folder, 'meta-pods');
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return null;
  return NETWORKS.map((name) => {
    const network = readNetwork(join(root, name), name);
    return { name, network, samples: readSamples(join(root, name, 'train'), network.nodes) };
  });
}

function readNetwork(folder: string, name: string): TeNetwork {
  const file = join(folder, `${name}.json`);
  const graph = graphSchema.safeParse(JSON.parse(readText(file)));
  if (!graph.success) throw unusable(file, graph.error.issues[0]?.message ?? 'no graph');
  const nodes = graph.data.nodes.length;
  const capacity = new Float64Array(nodes * nodes);
  for (const link of graph.data.links) capacity[link.source * nodes + link.target] = link.capacity;
  const tunnels = readTunnels('tunnels.txt', readText(join(folder, 'tunnels.txt')), nodes);
  if (!tunnels.ok) throw unusable(join(folder, tunnels.error.where), tunnels.error.reason);
  return { nodes, capacity, tunnels: tunnels.value };
}

function readSamples(folder: string, nodes: number): TeSample[] {
  const histories = readdirSync(folder).filter((file) => file.endsWith('.hist'));
  return histories.sort().flatMap((file) => {
    const matrices = numbersOf(join(folder, file));
    const optima = numbersOf(join(folder, file.replace(/hist$/, 'opt')));
    if (matrices.length !== optima.length)
      throw unusable(join(folder, file), `${matrices.length} matrices, ${optima.length} optima`);
    return matrices.map((demand, at): TeSample => {
      const optimum = optima[at]?.[0] ?? NaN;
      if (demand.length !== nodes * nodes || !(optimum > 0))
        throw unusable(`${join(folder, file)}:${at + 1}`, 'no matrix with an optimum above 0');
      return { demand: Float64Array.from(demand), optimum };
    });
  });
}

const numbersOf = (file: string): number[][] =>
  readText(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number));

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error));
  }
}

export const unusable = (file: string, reason: string): CliError =>
  new CliError({ code: 'request-invalid', reason, where: file });
