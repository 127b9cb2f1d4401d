import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { weir } from '../testing/weir';

// A run with the engine takes seconds where other specs run beside it.
jest.setTimeout(120_000);

const EXAMPLE = resolve(__dirname, '../../../../examples/scenarios/copy-beside-service.yaml');
const example = readFileSync(EXAMPLE, 'utf8');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-sim-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The example as a file of its own with texts in it replaced. */
function edited(...changes: readonly (readonly [string | RegExp, string])[]): string {
  const text = changes.reduce((before, [from, to]) => {
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${String(from)} is not in the example`);
    return after;
  }, example);
  const path = join(dir, 'scenario.yaml');
  writeFileSync(path, text);
  return path;
}
/** Quick: little to simulate, and over soon after the event. */
const short = [
  [/durationMs: 90000.*/, 'durationMs: 22000'],
  ['requestsPerSecond: 1200', 'requestsPerSecond: 40'],
  ['computeMs: 120', 'computeMs: 5000'],
] as const;

describe('weir sim', () => {
  it('runs the example as it says, and writes a report of it', async () => {
    const report = join(dir, 'report.html');
    // As it is, but for less of what does not matter here.
    const file = edited(
      [/durationMs: 90000.*/, 'durationMs: 45000'],
      ['requestsPerSecond: 1200', 'requestsPerSecond: 200'],
      ['computeMs: 120', 'computeMs: 2000'],
      [/ +- \{ workload: llm, quantile: 0.5, maxRatioToBefore.*\n/, ''],
    );
    const outcome = await weir(['sim', file, '--report', report]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: `report: ${report}\n` });
    const { stdout } = outcome;
    expect(stdout).toMatch(/^copy-beside-service: A copy fills the uplink of a service\n/);
    expect(stdout).toMatch(/\napi +request-latency p95 +1\d(\.\d)? ms/);
    expect(stdout).toMatch(/\nchg-1 +reroute .* improved .* kept +improved -\d+.* right\n/);
    expect(stdout).toMatch(/Expectations: 4 met, 0 missed/);
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('<title>A copy fills the uplink of a service – weir sim</title>');
    expect(html).toContain('chg-1: reroute');
  });

  it('gives the result as JSON, the same for the same seed', async () => {
    const file = edited(...short);
    const run = async (...args: string[]) => {
      const { stdout } = await weir(['sim', file, '--loop', 'off', '--json', ...args]);
      return JSON.parse(stdout) as { formatVersion: number; seed: number; digest: string };
    };
    const [one, again, other] = [await run('--seed', '4'), await run('--seed', '4'), await run()];
    expect(one).toMatchObject({ formatVersion: 1, loop: 'off', seed: 4, durationMs: 22_000 });
    expect(again).toEqual(one);
    expect(other.seed).toBe(1);
    expect(other.digest).not.toBe(one.digest);
  });

  it('ends with 3 when the file expects something else', async () => {
    const file = edited(...short, [/events:\n(.*\n){4}/, '']);
    const { exitCode, stdout } = await weir(['sim', file]);
    expect(stdout).toContain('MISSED spec.expect.incidents.min: at least 1, is 0');
    expect(exitCode).toBe(3);
  });

  it('draws its progress over itself at a terminal, and not elsewhere', async () => {
    const args = ['sim', edited(...short), '--loop', 'off'];
    const bar = await weir(args, { drawsProgress: true });
    expect(bar.stderr).toMatch(/\r█{15}░{15} 50 % of 22 s\r/);
    expect(bar.stderr).toMatch(/\r +\r$/);
    const plain = await weir(args, { drawsProgress: true, env: { NO_COLOR: '1' } });
    expect(plain.stderr).toContain('#####');
    expect(plain.stderr).not.toContain('█');
    expect((await weir(args)).stderr).toBe('');
  });

  it.each([
    [['sim', 'nowhere.yaml'], 'cannot read nowhere.yaml: no such file'],
    [['sim'], 'give a scenario file, or --seeds for the fault simulation'],
    [['sim', EXAMPLE, '--seed', '-1'], 'A whole number from 0'],
    [['sim', EXAMPLE, '--loop', 'perhaps'], 'Allowed choices are on, suggest, off'],
    [['sim', __filename], 'code: scenario-invalid'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await weir(args);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  it('names the field of a mistake, and takes the scenario from stdin', async () => {
    const stdin = example.replace('clients: { leaf: leaf1,', 'clients: { leaf: leef1,');
    const { exitCode, stderr } = await weir(['sim', '-'], { stdin });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('where: stdin: spec.workloads[0].clients.leaf');
    expect(stderr).toContain('did you mean "leaf1"?');
  });

  it('says when the report cannot be written', async () => {
    const file = edited(...short);
    const { exitCode, stderr } = await weir(['sim', file, '--loop', 'off', '--report', dir]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`cannot write ${dir}`);
  });

  it('ends when it is interrupted', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    const { exitCode, stderr } = await weir(['sim', EXAMPLE], { signal: interrupt.signal });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('interrupted'),
    });
  });

  it('config check knows scenarios', async () => {
    const good = await weir(['config', 'check', EXAMPLE]);
    expect(good).toMatchObject({ exitCode: 0, stdout: `ok ${EXAMPLE} (Scenario)\n` });
    const bad = await weir(['config', 'check', edited([/api\.clients/, 'api.client'])]);
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toContain('spec.intents[0].spec.flows[0].sources.hostsOf');
  });
});
