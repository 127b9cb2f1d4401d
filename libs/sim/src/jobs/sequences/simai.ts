import { ok, refuse, type Result } from '@weir/core/base';
import type { RankGroups } from '../job';
import { stepsOf, type Call, type Operation, type Sequence, type SequenceOptions } from './call';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ALLREDUCE: 'all-reduce',
  ALLGATHER: 'all-gather',
  REDUCESCATTER: 'reduce-scatter',
  ALLTOALL: 'all-to-all',
};
/** Name, dependency, then compute, operation and bytes of three passes, and the update. */
const FIELDS = 12;
const NS_PER_MS = 1e6;

/** Sizes of the kinds of parallelism, from the first line. */
interface Parallelism {
  readonly tensor: number;
  readonly expert: number;
  readonly pipeline: number;
  readonly all: number;
}

interface Layer {
  readonly forward: Call;
  readonly inputGradient: Call;
  readonly weightGradient: Call;
}

/**
 * One iteration of a workload file of SimAI (github.com/aliyun/SimAI) and ASTRA-sim: a line of
 * parallelism, the number of layers, and for each layer compute time (ns), collective and bytes of
 * its forward pass, its input gradient and its weight gradient. Forward passes run in the order of
 * the file, then from the last layer back to the first its weight and its input gradient, each
 * collective before the next compute. Operations of the first two are among tensor groups unless
 * they end in `_EP`, those of weight gradients among data groups, or `_DP_EP`. Sends between
 * pipeline stages are not part of the layers. Refused with `request-invalid` and the line.
 */
export function parseSimai(text: string, options: SequenceOptions): Result<Sequence> {
  const lines = text.split(/\r?\n/);
  const parallelism = parallelismOf(lines[0] ?? '');
  if (parallelism === null) {
    return refuse('request-invalid', 'line 1', 'no HYBRID_TRANSFORMER header with its sizes');
  }
  const count = Number(lines[1]);
  const rows = lines.slice(2).filter((line) => line.trim() !== '');
  if (!Number.isInteger(count) || count !== rows.length) {
    const reason = `${lines[1] ?? ''} layers are announced, ${rows.length} are there`;
    return refuse('request-invalid', 'line 2', reason);
  }
  const layers: Layer[] = [];
  for (const [i, row] of rows.entries()) {
    const layer = layerOf(row.trim().split(/\s+/), parallelism, `line ${i + 3}`);
    if (!layer.ok) return layer;
    layers.push(layer.value);
  }
  const calls = [
    ...layers.map(({ forward }) => forward),
    ...[...layers]
      .reverse()
      .flatMap(({ weightGradient, inputGradient }) => [weightGradient, inputGradient]),
  ];
  return ok({ steps: stepsOf(calls, options), accelerators: parallelism.all });
}

function parallelismOf(header: string): Parallelism | null {
  const number = (name: string): number => {
    const found = new RegExp(`\\b${name}:\\s*(\\d+)`).exec(header)?.[1];
    return found === undefined ? NaN : Number(found);
  };
  const sizes = {
    tensor: number('model_parallel_NPU_group'),
    expert: number('ep'),
    pipeline: number('pp'),
    all: number('all_gpus'),
  };
  if (!header.startsWith('HYBRID_TRANSFORMER')) return null;
  return Object.values(sizes).every((size) => size >= 1) ? sizes : null;
}

function layerOf(fields: readonly string[], sizes: Parallelism, where: string): Result<Layer> {
  if (fields.length < FIELDS) {
    return refuse('request-invalid', where, `${FIELDS} fields are needed, not ${fields.length}`);
  }
  const forward = callOf(fields.slice(2, 5), 'model', sizes, where);
  if (!forward.ok) return forward;
  const inputGradient = callOf(fields.slice(5, 8), 'model', sizes, where);
  if (!inputGradient.ok) return inputGradient;
  const weightGradient = callOf(fields.slice(8, 11), 'data', sizes, where);
  if (!weightGradient.ok) return weightGradient;
  const layer = {
    forward: forward.value,
    inputGradient: inputGradient.value,
    weightGradient: weightGradient.value,
  };
  return ok(layer);
}

function callOf(
  [compute, name = '', bytes]: readonly string[],
  pass: 'model' | 'data',
  sizes: Parallelism,
  where: string,
): Result<Call> {
  const computeMs = Number(compute) / NS_PER_MS;
  const size = Number(bytes);
  if (!(computeMs >= 0) || !(size >= 0)) {
    return refuse('request-invalid', where, `${compute} ns and ${bytes} bytes are needed >= 0`);
  }
  if (name === 'NONE') return ok({ computeMs, operation: null, groups: null, bytes: 0 });
  const [, operationName = '', suffix = ''] = /^([A-Z]+?)(_EP|_DP_EP)?$/.exec(name) ?? [];
  const operation = OPERATIONS[operationName];
  if (operation === undefined) {
    return refuse('request-invalid', where, `${name} is not a collective that can be simulated`);
  }
  return ok({ computeMs, operation, groups: groupsOf(suffix, pass, sizes), bytes: size });
}

function groupsOf(suffix: string, pass: 'model' | 'data', sizes: Parallelism): RankGroups {
  const { tensor, expert, pipeline, all } = sizes;
  const data = Math.max(1, Math.floor(all / tensor / pipeline));
  if (suffix === '_EP') return { size: expert, stride: tensor };
  if (suffix === '_DP_EP') {
    return { size: Math.max(1, Math.floor(data / expert)), stride: tensor * expert };
  }
  return pass === 'model' ? { size: tensor, stride: 1 } : { size: data, stride: tensor };
}
