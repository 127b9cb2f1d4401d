import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULT_OPTIONS } from '@weir/swarm';
import type { FaultEntry } from '../swarm/fault-list';
import type { SwarmReport } from '../swarm';
import { weir } from '../testing/weir';

// A seed takes a second where other specs run beside it.
jest.setTimeout(120_000);

const NAME = FAULT_OPTIONS[0]?.name ?? '';

describe('weir sim --seeds', () => {
  it('runs a seed and says what it covered and how the changes ended', async () => {
    const { exitCode, stdout } = await weir([
      'sim',
      '--seeds',
      '1',
      '--from',
      '7',
      '--faults',
      NAME,
    ]);
    expect(stdout).toMatch(/^ROW +DRAWN +FIRED +TIMES +SURVIVED +OPTIONS\n/);
    expect(stdout).toMatch(/\n1 of 1 seeds from 7 on in .* s, 0\.\d h of simulated time\n/);
    expect(stdout).toMatch(/\nchanges by their end: .*confirmed/);
    expect([0, 3]).toContain(exitCode);
    expect(exitCode === 0).toBe(stdout.includes('no violation'));
  });

  it('gives the same as JSON, the same each time, and writes the timeline of one seed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'weir-swarm-'));
    try {
      const file = join(dir, 'timeline.jsonl');
      const args = ['sim', '--seeds', '1', '--from', '9', '--faults', NAME, '--json'];
      const first = await weir([...args, '--timeline', file]);
      const report = JSON.parse(first.stdout) as SwarmReport;
      expect(report).toMatchObject({ asked: { from: 9, seeds: 1, faults: [NAME] }, done: 1 });
      const again = JSON.parse((await weir(args)).stdout) as SwarmReport;
      expect({ ...again, elapsedMs: 0 }).toEqual({ ...report, elapsedMs: 0 });
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const kinds = new Set(lines.map((line) => (JSON.parse(line) as { kind: string }).kind));
      expect(kinds).toContain('record');
      expect(kinds).toContain('sampled');
      expect(first.stderr).toContain(`timeline: ${file}`);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('lists every fault option with its rows', async () => {
    const { stdout } = await weir(['sim', '--list-faults']);
    for (const { name, rows } of FAULT_OPTIONS)
      expect(stdout).toMatch(new RegExp(`\\n${name} +${rows.join(', ')} +\\S`));
    const json = await weir(['sim', '--list-faults', '--json']);
    expect((JSON.parse(json.stdout) as FaultEntry[]).length).toBe(FAULT_OPTIONS.length);
  });

  it.each([
    [['--seeds', '0'], 'A whole number from 1'],
    [['--seeds', 'many'], 'A whole number from 1'],
    [['--seeds', '1', '--from', '-1'], 'A whole number from 0'],
    [['--seeds', '2', '--from', '4294967295'], 'this would go beyond'],
    [['--seeds', '1', '--workers', '0'], 'A whole number from 1'],
    [['--seeds', '1', '--faults', 'earthquake'], 'there is no fault "earthquake"'],
    [['--seeds', '1', '--faults', 'earthquake'], `try: all, or some of `],
    [['--seeds', '1', '--faults', ''], 'a fault has no name'],
    [['file.yaml', '--seeds', '1'], 'where: --seeds'],
    [['file.yaml', '--faults', 'all'], 'where: --faults'],
    [['--seeds', '1', '--loop', 'off'], 'where: --loop'],
    [['--seeds', '1', '--seed', '4'], 'a seed is given by --from'],
    [['--seeds', '2', '--timeline', 'x'], 'a timeline is of one seed'],
    [['--seeds', '1', '--timeline', '/nowhere/x'], 'cannot write /nowhere/x'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await weir(['sim', ...args]);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });
});
