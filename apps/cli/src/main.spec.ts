import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DaemonDouble } from './testing/daemon-double';
import { sampleChange } from './testing/samples';

const MAIN = resolve(__dirname, '../dist/main.js');
const EXAMPLES = resolve(__dirname, '../../../examples');

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as people start it: a process of its own. */
function start(args: readonly string[], env: Record<string, string>, stdin = ''): Promise<Outcome> {
  return new Promise((done) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
    const child = execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      done({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(stdin);
  });
}

// Each run is a process of its own; on a busy machine a start takes a while.
jest.setTimeout(60_000);

describe('weir as a process', () => {
  let daemon: DaemonDouble;
  beforeAll(async () => {
    // `npm test` builds first; a run of jest alone needs `npm run build` once.
    expect(existsSync(MAIN)).toBe(true);
    daemon = await DaemonDouble.start();
    daemon
      .on('GET /v1/changes', () => ({ items: [sampleChange()], next: null }))
      .on('POST /v1/changes', () => ({ change: sampleChange(), dryRun: true }));
  });
  afterAll(() => daemon.stop());

  it('keeps data and remarks apart and says by its exit code how it went', async () => {
    const env = { WEIR_SERVER: daemon.url };
    const list = await start(['get', 'changes', '-o', 'name'], env);
    expect(list).toEqual({ exitCode: 0, stdout: 'change/chg-7\n', stderr: '' });
    const failed = await start(['get', 'changes', '-o', 'name'], {
      WEIR_SERVER: 'http://127.0.0.1:1',
    });
    expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(failed.stderr).toContain('code: engine-unavailable');
  });

  it('plans from stdin with exit code 2', async () => {
    const stdin = JSON.stringify({
      apiVersion: 'weir.dev/v1',
      kind: 'Change',
      spec: {
        action: {
          type: 'buffer',
          settings: [{ device: 'leaf1', interface: 'eth1', queue: 'rt', scalingFactor: 1 }],
        },
      },
    });
    const outcome = await start(['plan', '-f', '-'], { WEIR_SERVER: daemon.url }, stdin);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stdout).not.toContain('\u001b');
    const unattended = await start(['apply', '-f', '-'], { WEIR_SERVER: daemon.url }, stdin);
    expect(unattended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unattended.stderr).toContain('give --yes');
  });

  it('checks files without a daemon', async () => {
    const file = resolve(EXAMPLES, 'controller/single-process.yaml');
    expect(await start(['config', 'check', file], {})).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await start(['config', 'check', '/none'], {})).toMatchObject({
      exitCode: 1,
      stdout: '',
    });
  });

  it('shows help on stdout when asked to, usage on stderr when misused', async () => {
    expect(await start(['--help'], {})).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await start(['help', 'approve'], {})).toMatchObject({ exitCode: 0, stderr: '' });
    const bare = await start([], {});
    expect([bare.exitCode, bare.stdout]).toEqual([1, '']);
    expect(bare.stderr).toContain('Usage: weir');
    expect(await start(['approve'], {})).toMatchObject({ exitCode: 1, stdout: '' });
  });
});
