import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, 'uml-qos.mjs');
const skipReason = execFileSync(process.execPath, [PROGRAM, '--reason'], { encoding: 'utf8' });
if (skipReason !== '') console.warn(`uml-qos.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeUml = skipReason === '' ? describe : describe.skip;

jest.setTimeout(150_000);

interface Outcome {
  readonly fatal: string | null;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly error?: string;
  }[];
}

describeUml('QoS of the agent in a kernel that has RED', () => {
  it('tells RED what profiles say, and puts everything back wherever it is stopped', () => {
    const run = spawnSync(process.execPath, [PROGRAM, '--quick'], { encoding: 'utf8' });
    const outcome = JSON.parse(run.stdout) as Outcome;
    expect(outcome.fatal).toBeNull();
    expect(outcome.checks.filter((check) => !check.ok)).toEqual([]);
    expect(outcome.checks.map((check) => check.name)).toEqual([
      'RED, ECN and both classifiers are found',
      'profiles become RED, read back without drift, and go',
      'stopped anywhere, the kernel is as it was (u32)',
      'stopped anywhere, the kernel is as it was (flower)',
    ]);
  });
});
