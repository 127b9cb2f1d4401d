import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leafSpine } from '../../topology/leaf-spine';
import { World } from '../../world/world';
import { training } from '../testing/specs';
import { parseSequence, type Sequence, type SequenceOptions } from '.';

const folder = join(__dirname, '../../../../../test/fixtures/ai-workloads');

function sequence(file: string, options: Partial<SequenceOptions> = {}): Sequence {
  const parsed = parseSequence(readFileSync(join(folder, file), 'utf8'), options);
  if (!parsed.ok) throw new Error(`${parsed.error.where}: ${parsed.error.reason}`);
  return parsed.value;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const bytesOf = ({ steps }: Sequence): number =>
  total(steps.map(({ collective }) => collective?.bytes ?? 0));

describe('a sequence of AICB', () => {
  const gpt = 'aicb-gpt13b-megatron-tp8-dp16.csv';

  it('is one iteration without the set-up, in tensor and data groups', () => {
    const { steps, accelerators } = sequence(gpt);
    expect(accelerators).toBe(128);
    // 423 lines: 2 of header, 10 of set-up, the last one ends the epoch.
    expect(steps).toHaveLength(412);
    expect(steps[0]?.collective).toEqual({
      algorithm: 'broadcast',
      bytes: 40,
      groups: { size: 8, stride: 1 },
    });
    const groups = new Set(steps.map(({ collective }) => JSON.stringify(collective?.groups)));
    expect([...groups]).toEqual(['{"size":8,"stride":1}', '{"size":16,"stride":8}']);
  });

  it('keeps tensor parallelism inside hosts of eight, and eight data rings on each NIC', () => {
    const inside = sequence(gpt, { acceleratorsPerWorker: 8 });
    const apart = sequence(gpt);
    const dataOf = ({ steps }: Sequence) =>
      steps.flatMap(({ collective }) => (collective?.groups?.size === 16 ? [collective] : []));
    expect(inside.steps.filter(({ collective }) => collective !== null)).toHaveLength(
      dataOf(apart).length,
    );
    expect(inside.steps[0]?.collective?.groups).toEqual({ size: 16, stride: 1 });
    expect(bytesOf(inside)).toBeCloseTo(8 * total(dataOf(apart).map(({ bytes }) => bytes)), 0);
    // 400 gathers and scatters of 20 MiB among eight at 300 GB/s, 7/8 of it each.
    const localMs = total(inside.steps.map(({ computeMs }) => computeMs));
    expect(localMs).toBeGreaterThan((400 * (7 / 8) * 20_971_520) / 300e6);
    expect(localMs).toBeLessThan(((400 * (7 / 8) * 20_971_520) / 300e6) * 1.1);
  });

  it('deals out compute where the file has no times', () => {
    const { steps } = sequence('aicb-llama30b-zero2-dp128.csv', { computeMs: 900 });
    expect(total(steps.map(({ computeMs }) => computeMs))).toBeCloseTo(900, 6);
    expect(steps.every(({ computeMs }) => computeMs > 0)).toBe(true);
  });

  it('makes calls that follow each other in buckets', () => {
    const file = 'aicb-llama30b-zero2-dp128.csv';
    const single = sequence(file);
    const buckets = sequence(file, { bucketBytes: 1e10 });
    expect(buckets.steps.length).toBeLessThan(single.steps.length / 4);
    expect(bytesOf(buckets)).toBe(bytesOf(single));
  });

  it('takes compute times where the file has them', () => {
    const text = [
      'comm_type,comm_group,comm_group_size,msg_size,stage,dst,src,additional,_elapsed_time',
      'CommType.computation,None,None,"((16, 8), (8, 4))",forward,None,None,,12.5',
      'CommType.all_reduce,CommGroup.dp_group,4,1000,backward,None,None,,None',
      'CommType.computation,None,None,((16, 8), (8, 4)),forward,None,None,,2',
    ].join('\n');
    const parsed = parseSequence(text, { computeMs: 999 });
    expect(parsed.ok && parsed.value.steps).toEqual([
      {
        computeMs: 12.5,
        collective: {
          algorithm: 'ring-allreduce',
          bytes: 1000,
          groups: { size: 4, stride: 1 },
        },
      },
      { computeMs: 2, collective: null },
    ]);
  });
});

describe('a recorded iteration in a world', () => {
  it('takes its compute and the closed forms of its collectives', () => {
    const hostBps = 100e9;
    const options = { leaves: 4, spines: 4, hostPortsPerLeaf: 4, linkCapacityBps: 400e9 };
    const fabric = leafSpine({ ...options, hostCapacityBps: hostBps });
    const world = new World(fabric, 1);
    const { steps } = sequence('aicb-gpt13b-megatron-tp8-dp16.csv', {
      acceleratorsPerWorker: 8,
      computeMs: 800,
    });
    const workers = fabric.endpoints.map(({ name }) => name);
    const started = world.startJob(training(null, { workers, steps, iterations: 2, minRtoMs: 4 }));
    expect(started.ok).toBe(true);
    world.advanceTo(60_000);
    const computeMs = total(steps.map((step) => step.computeMs));
    const networkMs = total(
      steps.map(({ collective }) => {
        const factor = collective?.algorithm === 'ring-allreduce' ? 2 : 1;
        return (factor * (15 / 16) * (collective?.bytes ?? 0) * 8_000) / hostBps;
      }),
    );
    const totals = world.totals().get('job');
    expect(totals?.iterations).toBe(2);
    expect(totals?.computeMs).toBeCloseTo(2 * computeMs, 6);
    // Two large collectives of all gradients and parameters; latency is all that comes on top.
    expect(networkMs).toBeGreaterThan(1_000);
    expect((totals?.communicationMs ?? 0) / 2 / networkMs).toBeGreaterThan(1);
    expect((totals?.communicationMs ?? 0) / 2 / networkMs).toBeLessThan(1.01);
  });
});

describe('a workload of SimAI', () => {
  it('has compute in ns and collectives among tensor groups', () => {
    const { steps, accelerators } = sequence('simai-micro-allreduce.txt');
    expect(accelerators).toBe(8);
    const groups = { size: 8, stride: 1 };
    expect(steps.slice(0, 2)).toEqual([
      {
        computeMs: 0.556,
        collective: { algorithm: 'ring-allreduce', bytes: 16_777_216, groups },
      },
      {
        computeMs: 0.556,
        collective: { algorithm: 'ring-allreduce', bytes: 67_108_864, groups },
      },
    ]);
  });

  it('puts experts and data groups where Megatron puts their ranks', () => {
    const { steps, accelerators } = sequence('simai-moe-9216.txt');
    expect(accelerators).toBe(9_216);
    const groups = new Set(
      steps.flatMap(({ collective }) =>
        collective === null ? [] : [`${collective.algorithm} ${JSON.stringify(collective.groups)}`],
      ),
    );
    expect(groups).toContain('all-to-all {"size":16,"stride":2}');
    expect(groups).toContain('ring-allreduce {"size":2,"stride":1}');
    // 9,216 / 2 / 12 = 384 ranks hold the same parameters, a 16th of them the same experts.
    expect(groups).toContain('reduce-scatter {"size":384,"stride":2}');
    expect(groups).toContain('all-gather {"size":24,"stride":32}');
    const calls = steps.filter(({ collective }) => collective !== null);
    expect(calls.at(-1)?.collective).toMatchObject({ algorithm: 'all-gather', bytes: 2807758848 });
  });
});

describe('what cannot be read', () => {
  const header = 'comm_type,comm_group,comm_group_size,msg_size,stage';
  it.each([
    ['line 1', 'anything'],
    ['line 1', header],
    ['line 2', `${header}\nCommType.isend,CommGroup.pp_group,2,5,forward`],
    ['line 3', `${header}\nCommType.barrier,CommGroup.all,2,0,x\nCommType.all_gather,g,2,x,y`],
    ['line 1', 'HYBRID_TRANSFORMER tp: 3\n0'],
    ['line 2', 'HYBRID_TRANSFORMER model_parallel_NPU_group: 1 ep: 1 pp: 1 all_gpus: 8\n3\n'],
    ['line 3', 'HYBRID_TRANSFORMER model_parallel_NPU_group: 1 ep: 1 pp: 1 all_gpus: 8\n1\na -1 2'],
    [
      'line 3',
      'HYBRID_TRANSFORMER model_parallel_NPU_group: 1 ep: 1 pp: 1 all_gpus: 8\n1\n' +
        'a -1 5 SEND 3 1 NONE 0 1 NONE 0 1',
    ],
  ])('is refused at %s', (where, text) => {
    const parsed = parseSequence(text);
    expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'request-invalid', where });
  });
});
