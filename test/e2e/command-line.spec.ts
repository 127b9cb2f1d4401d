import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startSmallFabric, type SmallFabric } from '../../apps/controller/test/small-fabric';
import { startTestDaemon, until, type TestDaemon } from '../../apps/controller/test/test-daemon';
import * as pem from '../support/certificates';

const TOKEN = 'operator-token-001';
const CLI = resolve(__dirname, '../../apps/cli/dist/main.js');

jest.setTimeout(120_000);

describe('the command line against a daemon behind TLS', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;

  beforeAll(async () => {
    fabric = await startSmallFabric();
    const write = (name: string, text: string | Buffer): void =>
      writeFileSync(join(fabric.dir, name), text);
    write('ca.pem', pem.CA_CERT);
    write('cert.pem', pem.SERVER_CERT);
    write('key.pem', pem.SERVER_KEY);
    write('change.yaml', changeText(48));
    const tls = 'tls: { certFile: cert.pem, keyFile: key.pem }';
    const tokens = `auth: { tokens: [{ name: ann, role: operator, token: ${TOKEN} }] }`;
    const api = `  api: { http: { port: 0 }, grpc: { port: 0 }, ${tls}, ${tokens} }\n`;
    daemon = await startTestDaemon(fabric.dir, api);
    await until('running', async () => (await weir('status')).stdout.includes('running'), 60_000);
  });
  afterAll(async () => {
    await daemon.stop();
    await fabric.close();
  });

  const changeText = (weight: number): string => `apiVersion: weir.dev/v1
kind: Change
spec:
  action:
    type: reroute
    routes:
      - { device: leaf1, prefix: 10.0.2.0/24, weights: { eth1: ${weight}, eth2: ${64 - weight} } }
`;

  interface Outcome {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
  }
  function weir(...args: string[]): Promise<Outcome> {
    const env = {
      ...process.env,
      WEIR_SERVER: `https://127.0.0.1:${daemon.addresses.http}`,
      WEIR_CA: join(fabric.dir, 'ca.pem'),
      WEIR_TOKEN: TOKEN,
    };
    return new Promise((done) => {
      const options = { cwd: fabric.dir, env };
      execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
        done({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  it('applies the saved plan, and refuses one that was made before the devices changed', async () => {
    const planned = await weir('plan', '-f', 'change.yaml', '--out', 'plan.json');
    expect([planned.exitCode, planned.stderr]).toEqual([2, expect.stringContaining('saved; ')]);
    writeFileSync(join(fabric.dir, 'other.yaml'), changeText(40));
    expect((await weir('plan', '-f', 'other.yaml', '--out', 'other.json')).exitCode).toBe(2);

    const saved = JSON.parse(readFileSync(join(fabric.dir, 'plan.json'), 'utf8')) as {
      spec: { planHash: string };
    };
    const applied = await weir('apply', 'plan.json', '-o', 'json');
    const change = JSON.parse(applied.stdout) as { id: string; plan: { hash: string } };
    expect([applied.exitCode, change.plan.hash]).toEqual([0, saved.spec.planHash]);

    const stale = await until('the device to have taken it', async () => {
      const outcome = await weir('plan', '-f', 'other.json');
      return outcome.exitCode === 1 && outcome;
    });
    expect(stale.stderr).toContain('code: plan-hash-mismatch');
    const refused = await weir('apply', 'other.json');
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('code: plan-hash-mismatch');
    const sets = fabric.targets.get('leaf1')?.counts.setsApplied ?? 0;
    expect(sets).toBeGreaterThan(0);
  });
});
