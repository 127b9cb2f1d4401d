import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok, refuse } from '@weir/core/base';
import { buildScenario, parseScenario, type ReadText } from './scenario';

const fixtures = join(__dirname, '../../../../test/fixtures/ai-workloads');
const read: ReadText = (path) =>
  path.startsWith('aicb')
    ? ok(readFileSync(join(fixtures, path), 'utf8'))
    : refuse('not-found', path, 'there is no such file');

const scenario = (training: string): string => `
apiVersion: weir.dev/v1
kind: Scenario
metadata: { name: recorded }
spec:
  description: A recorded model.
  durationMs: 60000
  topology: { leafSpine: { leaves: 2, spines: 2, hostsPerLeaf: 8 } }
  workloads:
    - { kind: training, name: gpt, workers: [h1-1, h1-2, h2-1, h2-2]${training} }
`;

function build(training: string) {
  const document = parseScenario(scenario(training));
  return document.ok ? buildScenario(document.value, { readText: read }) : document;
}

describe('a recorded sequence in a scenario', () => {
  const file = 'aicb-gpt13b-megatron-tp8-dp16.csv';

  it('becomes the steps of its job', () => {
    const built = build(`, sequence: { file: ${file}, computeMs: 500 }`);
    if (!built.ok) throw new Error(`${built.error.where}: ${built.error.reason}`);
    const spec = built.value.jobs[0]?.spec;
    if (spec?.kind !== 'training') throw new Error('a training job');
    // Tensor parallelism stays inside the eight accelerators of a worker, data parallelism does not.
    expect(spec.steps.filter(({ collective }) => collective !== null)).toHaveLength(3);
    expect(spec.steps.at(-1)?.collective ?? spec.steps.at(-2)?.collective).toMatchObject({
      groups: { size: 16, stride: 1 },
    });
  });

  it.each([
    ['spec.workloads[0].steps', ''],
    ['spec.workloads[0].steps', `, sequence: { file: ${file} }, steps: [{ computeMs: 5 }]`],
    ['spec.workloads[0].sequence.file', ', sequence: { file: nowhere.csv }'],
    ['spec.workloads[0].sequence.computeMs', `, sequence: { file: ${file}, computeMs: -1 }`],
  ])('is refused at %s', (where, training) => {
    const built = build(training);
    expect(built.ok ? null : built.error).toMatchObject({ code: 'scenario-invalid', where });
  });
});
