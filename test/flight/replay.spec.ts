import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { FlightDirectory, listFlights, parseFlight } from '@weir/adapter-flight-file';
import { compilePolicy, type CompiledPolicy } from '@weir/adapter-policy-cel';
import { buildScenario, parseScenario, runScenario, type LoopMode } from '@weir/closed-loop';
import { ok } from '@weir/core/base';
import type { RecordBody } from '@weir/core/model';
import { backtest, compareWithPolicy, readEntries, replay, type FlightEntry } from '@weir/runtime';
import { must, program } from './program';

jest.setTimeout(120_000);

const SCENARIO = resolve(__dirname, '../../examples/scenarios/copy-beside-service.yaml');

/** The example with less of what does not matter here. */
const text = readFileSync(SCENARIO, 'utf8')
  .replace('requestsPerSecond: 1200', 'requestsPerSecond: 200')
  .replace('computeMs: 120', 'computeMs: 2000');

const dir = mkdtempSync(join(tmpdir(), 'weir-replay-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function recorded(
  loop: LoopMode,
  rules: Record<string, Record<string, unknown>> = {},
): Promise<Uint8Array> {
  const readText = (path: string) => ok(readFileSync(join(dirname(SCENARIO), path), 'utf8'));
  const document = must(parseScenario(text));
  const { policy } = document.spec;
  const overrides = { ...policy.overrides, rules: { ...policy.overrides.rules, ...rules } };
  const given = { ...document, spec: { ...document.spec, policy: { ...policy, overrides } } };
  const scenario = must(buildScenario(given, { seed: undefined, readText }));
  const own = mkdtempSync(join(dir, 'run-'));
  const flight = new FlightDirectory({ dir: own, keep: 10, maxBytes: 1e9 });
  must(await runScenario(scenario, { loop, truth: false, flight }));
  const content = must(parseFlight(readFileSync(listFlights(own)[0]?.path ?? '')));
  expect(content.complete).toBe(true);
  return content.entries;
}

const entriesOf = (bytes: Uint8Array): FlightEntry[] => [...readEntries(bytes)].map(must);

const recordsOf = (bytes: Uint8Array): RecordBody[] =>
  entriesOf(bytes).flatMap((entry) => (entry.kind === 'outcome' ? entry.records : []));

/** The policy that was in force, with texts in it replaced. */
function policyOf(bytes: Uint8Array, from = '', to = ''): CompiledPolicy {
  const [first] = entriesOf(bytes);
  if (first?.kind !== 'environment') throw new Error('no environment');
  return must(compilePolicy(first.environment.policy.text.replaceAll(from, to)));
}

describe('a recording of a run that made a change', () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await recorded('on');
  });

  it('is replayed bit for bit, the states at its keyframes included', () => {
    const report = must(replay(bytes, program));
    expect(report).toMatchObject({ identical: true, difference: null, failed: null });
    expect(report.events).toBeGreaterThan(100);
    expect(report.keyframes).toBeGreaterThan(0);
    expect(recordsOf(bytes).some((body) => body.kind === 'verdict')).toBe(true);
    expect(report.records).toBe(recordsOf(bytes).length);
  });

  it('shows the first difference when the program or a record is another one', () => {
    const other = { ...program, digest: (given: string) => program.digest(`${given} `) };
    const report = must(replay(bytes, other));
    expect(report).toMatchObject({ identical: false, difference: { what: 'records' } });
    expect(report.difference?.recorded).not.toBe(report.difference?.replayed);
  });

  it('has the same decisions under the policy that was in force', () => {
    const comparison = must(compareWithPolicy(bytes, program, policyOf(bytes)));
    expect(comparison).toMatchObject({ differences: [], divergedAtMs: null });
    expect(comparison.same).toBeGreaterThan(1);
  });

  it('has other decisions under another policy, the same ones each time, and says from where on they are open loop', () => {
    const observing = policyOf(bytes, 'mode: auto', 'mode: observe');
    const comparison = must(compareWithPolicy(bytes, program, observing));
    const [first, second, third] = comparison.differences;
    expect(first).toMatchObject({
      by: 'recorded',
      openLoop: false,
      decision: { what: 'change', rule: 'reroute', mode: 'auto', refusal: '' },
    });
    expect(second ?? third).toMatchObject({
      by: 'policy',
      decision: { what: 'shadow', rule: 'reroute', mode: 'observe' },
    });
    const later = comparison.differences.filter((item) => item.atMs > (first?.atMs ?? NaN));
    expect(later.every((item) => item.openLoop)).toBe(true);
    expect(must(compareWithPolicy(bytes, program, observing))).toEqual(comparison);
  });

  it('scores a policy by what the same decision did when it was carried out', () => {
    const { tested, inForce } = must(backtest(bytes, program, policyOf(bytes)));
    expect(tested.scores).toMatchObject([
      { rule: 'reroute', group: 'pod1', shadow: { decided: 1, helped: 1, 'not-needed': 0 } },
    ]);
    expect(inForce.scores).toEqual(tested.scores);
    expect(tested.shadows[0]?.score?.evidence).toEqual([
      'the recorded controller did it: measured improved',
    ]);
  });

  it('scores nothing for a policy that would never decide', () => {
    const blind = policyOf(bytes, 'mode: auto', 'mode: "off"');
    expect(must(backtest(bytes, program, blind)).tested.scores).toEqual([]);
  });

  it('property: damage that no checksum shows is refused with its place, or replays', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const copy = bytes.slice(0, 200_000);
        copy[at] = (copy[at] ?? 0) ^ bits;
        const report = replay(copy, program);
        if (!report.ok) expect(report.error.code).toMatch(/^flight-(damaged|unsupported)$/);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a recording of a run that only decided', () => {
  it('suggest: holds the decision and its score, and replays', async () => {
    const bytes = await recorded('suggest');
    expect(must(replay(bytes, program)).identical).toBe(true);
    const records = recordsOf(bytes);
    const decided = records.filter((body) => body.kind === 'shadow-decided');
    expect(decided).toMatchObject([{ rule: 'reroute', why: 'suggest', changeId: 'chg-1' }]);
    expect(records.filter((body) => body.kind === 'shadow-scored')).toMatchObject([
      { id: 'shadow-1', score: { outcome: 'helped' } },
    ]);
  });

  it('observe: holds them too, without any change', async () => {
    const bytes = await recorded('on', { reroute: { mode: 'observe' } });
    expect(must(replay(bytes, program)).identical).toBe(true);
    const records = recordsOf(bytes);
    expect(records.filter((body) => body.kind === 'change-proposed')).toEqual([]);
    const [decided] = records.filter((body) => body.kind === 'shadow-decided');
    expect(decided).toMatchObject({ rule: 'reroute', why: 'observe', changeId: null });
    const scored = records.filter((body) => body.kind === 'shadow-scored');
    expect(scored).toMatchObject([{ score: { outcome: 'helped' } }]);
  });
});
