import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonDouble } from '../testing/daemon-double';
import { weir } from '../testing/weir';

const ENTRY = {
  ...{ cause: 'congestion', action: 'reroute', context: 'training/leaf' },
  ...{ helped: 1, failed: 3, atMs: 1_000, verdicts: 5 },
};
const POLICY = { enabled: true, floor: 0.05, halfLifeMs: 2_592_000_000 };
const NOW = { helped: 1, failed: 3, successRatio: 0.25 };

let daemon: DaemonDouble;
beforeEach(async () => {
  daemon = await DaemonDouble.start();
  daemon
    .on('GET /v1/learning', () => ({ policy: POLICY, entries: [{ ...ENTRY, now: NOW }] }))
    .on('PUT /v1/learning', () => ({ done: true }))
    .on('POST /v1/learning/reset', () => ({ done: true }));
});
afterEach(() => daemon.stop());

const run = (args: readonly string[], around = {}) =>
  weir(['learning', ...args], { server: daemon.url, ...around });

describe('weir learning', () => {
  it('shows what was learned and what the policy makes of it', async () => {
    const { stdout } = await run(['show']);
    expect(stdout).toMatch(/\ncongestion +reroute +training\/leaf +1.0 +3.0 +25 % +5 +1970/);
    expect(stdout).toContain('half after 30 days; every option keeps 5 % of the turns');
    daemon.on('GET /v1/learning', () => ({ policy: { ...POLICY, enabled: false }, entries: [] }));
    const off = (await run(['show'])).stdout;
    expect(off).toContain('nothing learned yet');
    expect(off).toContain('learning is off');
  });

  it('exports what it can import, without what changes by itself', async () => {
    const { stdout } = await run(['export']);
    expect(JSON.parse(stdout)).toEqual({ entries: [ENTRY] });
    const outcome = await run(['import', '-'], { stdin: stdout });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '1 entries imported\n' });
    expect(daemon.last.body).toEqual({ entries: [ENTRY] });
  });

  it('refuses a file by the path of its field, and sends nothing', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'weir-')), 'learned.json');
    writeFileSync(file, JSON.stringify({ entries: [ENTRY, { ...ENTRY, failed: 'three' }] }));
    const wrong = await run(['import', file]);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain(`where: ${file}: entries[1].failed`);
    expect((await run(['import', '-'], { stdin: '{' })).stderr).toContain('not JSON');
    expect((await run(['import', `${file}x`])).stderr).toContain('no such file');
    expect(daemon.requests).toEqual([]);
  });

  it('forgets after asking, all of it or of one cause or action', async () => {
    expect((await run(['reset'], { answer: 'n' })).exitCode).toBe(1);
    expect(daemon.requests).toEqual([]);
    const some = await run(['reset', '--cause', 'incast', '--action', 'ecn', '--yes']);
    expect(some.stdout).toBe('learning of ecn against incast reset\n');
    expect(daemon.last.body).toEqual({ cause: 'incast', action: 'ecn' });
    const all = await run(['reset'], { answer: 'yes' });
    expect(all.stderr).toContain('every action against every cause?');
    expect(daemon.last.body).toEqual({ cause: null, action: null });
  });
});
