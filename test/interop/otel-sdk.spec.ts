import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OtlpReceiver } from '@weir/adapter-otlp';
import type { WorkloadSample } from '@weir/core/model';
import { needsProgram } from './agent';

const VARIABLE = 'WEIR_INTEROP_OTEL';
const reason = needsProgram(VARIABLE);
if (reason !== null) console.warn(`interop/otel-sdk.spec: skipped, ${reason}`);
// The reason is printed above.
const describeClient = reason === null ? describe : describe.skip;

jest.setTimeout(60_000);

describeClient('the SDK of OpenTelemetry for Python', () => {
  const samples: Omit<WorkloadSample, 'ageMs'>[] = [];
  const receiver = new OtlpReceiver({
    host: '127.0.0.1',
    port: 0,
    sink: { observe: (sample) => samples.push(sample) },
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
  });
  beforeAll(() => receiver.start());
  afterAll(() => receiver.stop());

  it('is understood: totals and deltas, explicit and exponential buckets, errors and workers', async () => {
    const script = join(__dirname, 'otel-client.py');
    const address = `127.0.0.1:${receiver.port}`;
    await promisify(execFile)(process.env[VARIABLE] ?? '', [script, address]);
    const totalOf = (metric: string, errors: boolean): number[] =>
      samples
        .filter((sample) => sample.metric === metric && sample.errors > 0 === errors)
        .map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
    expect(samples[0]).toMatchObject({
      workload: 'chat',
      class: 'interactive',
      metric: 'request-latency',
      boundsMs: [5, 10, 20, 50],
      counts: [1, 0, 2, 0, 0],
    });
    expect(totalOf('request-latency', false)).toEqual([3, 1]);
    expect(totalOf('request-latency', true)).toEqual([1]);
    const [compute] = samples.filter(({ metric }) => metric === 'compute-time');
    expect(compute).toMatchObject({ workload: 'llm', class: 'training', worker: 'h1-1' });
    expect(totalOf('compute-time', false)).toEqual([2]);
    const upper = compute?.boundsMs.find((_, i) => (compute.counts[i] ?? 0) > 0) ?? NaN;
    expect(upper).toBeGreaterThanOrEqual(100);
    expect(upper).toBeLessThan(110);
  });
});
