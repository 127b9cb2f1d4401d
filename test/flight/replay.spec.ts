import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { FlightDirectory, listFlights, parseFlight } from '@weir/adapter-flight-file';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { compilePolicy } from '@weir/adapter-policy-cel';
import { buildScenario, parseScenario, runScenario, type LoopMode } from '@weir/closed-loop';
import { ok, type Result } from '@weir/core/base';
import { intentKinds } from '@weir/intents';
import { replay, type Program } from '@weir/runtime';

const program: Program = {
  profiles: new Map([['openconfig', new OpenConfigProfile()]]),
  intentKinds,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  compilePolicy,
};

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}

const SCENARIO = resolve(__dirname, '../scenarios/link-failure.yaml');

async function record(dir: string, loop: LoopMode): Promise<Uint8Array> {
  const readText = (path: string) => ok(readFileSync(join(dirname(SCENARIO), path), 'utf8'));
  const document = must(parseScenario(readFileSync(SCENARIO, 'utf8')));
  const scenario = must(buildScenario(document, { seed: undefined, readText }));
  const flight = new FlightDirectory({ dir, keep: 10, maxBytes: 1e9 });
  const run = must(await runScenario(scenario, { loop, truth: false, flight }));
  expect(run.result.incidents.length).toBeGreaterThan(0);
  const listed = listFlights(dir).at(-1);
  return must(parseFlight(readFileSync(listed?.path ?? ''))).entries;
}

describe('a recording of a whole run', () => {
  const dir = mkdtempSync(join(tmpdir(), 'weir-flight-'));
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it('is replayed bit for bit, states at keyframes included', async () => {
    const entries = await record(dir, 'on');
    const report = must(replay(entries, program));
    expect(report).toMatchObject({ identical: true, difference: null });
    expect(report.events).toBeGreaterThan(100);
    expect(report.records).toBeGreaterThan(10);
    expect(report.keyframes).toBeGreaterThan(0);
  });
});
