import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultPolicyText } from '@weir/adapter-policy-cel';
import { parse } from 'yaml';
import * as pem from '../../../../test/support/certificates';
import { weir } from '../testing/weir';

const ROOT = resolve(__dirname, '../../../..');
const EXAMPLES = join(ROOT, 'examples');
const COUNT = (parse(defaultPolicyText) as { spec: { examples: unknown[] } }).spec.examples.length;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-offline-'));
  cpSync(EXAMPLES, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const edit = (file: string, from: string | RegExp, to: string): string => {
  const path = join(dir, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  return path;
};
const write = (text: string): string => {
  writeFileSync(join(dir, 'x.yaml'), text);
  return join(dir, 'x.yaml');
};

describe('weir policy test', () => {
  it('passes the default policy', async () => {
    const { exitCode, stdout } = await weir([
      'policy',
      'test',
      join(ROOT, 'deploy/policy/default.yaml'),
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ok     a hot link is routed around');
    expect(COUNT).toBeGreaterThan(5);
    expect(stdout.endsWith(`\n${COUNT} passed, 0 failed\n`)).toBe(true);
  });

  it('reads stdin', async () => {
    const outcome = await weir(['policy', 'test', '-', '-o', 'json'], { stdin: defaultPolicyText });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      policy: 'default',
      passed: COUNT,
      failed: 0,
    });
  });

  it('shows what every condition gave when an example fails', async () => {
    const path = write(
      defaultPolicyText.replace('maxUtilizationRatio > 0.8\n', 'maxUtilizationRatio > 0.95\n'),
    );
    const { exitCode, stdout } = await weir(['policy', 'test', path]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('FAILED a hot link is routed around (spec.examples[0])');
    expect(stdout).toContain('expected reroute, got ecn');
    expect(stdout).toContain('reroute: false <- slo.breached && path.maxUtilizationRatio > 0.95');
    expect(stdout).toContain(`${COUNT - 1} passed, 1 failed`);
  });

  it('says that there are no examples', async () => {
    const path = write(defaultPolicyText.slice(0, defaultPolicyText.indexOf('  # What the rules')));
    const { exitCode, stderr } = await weir(['policy', 'test', path]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('no examples');
  });

  it.each([
    [
      'loss.ratio > 0.001',
      'loss.ratoi > 0.001',
      'spec.rules[3].when',
      'did you mean "loss.ratio"?',
    ],
    ['loss.ratio > 0.001', 'loss.ratio > "much"', 'spec.rules[3].when', 'double and string'],
    ['loss.ratio > 0.001', 'loss.ratio >', 'spec.rules[3].when', 'not a CEL expression'],
    ['cooldownMs: 60000', 'cooldown: 60000', 'spec.rules[0].cooldown', '"cooldownMs"'],
    ['kind: Policy', 'kind: Polcy', 'kind', 'Policy'],
    ['spec:', 'spec: [', 'line', 'code: policy-invalid'],
  ])('refuses %s -> %s', async (from, to, where, reason) => {
    const { exitCode, stdout, stderr } = await weir([
      'policy',
      'test',
      write(defaultPolicyText.replace(from, to)),
    ]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(where);
    expect(stderr).toContain(reason);
  });

  it('shows the built-in policy without a daemon', async () => {
    expect((await weir(['policy', 'show', '--default'])).stdout).toBe(defaultPolicyText);
  });
});

describe('weir config check', () => {
  const check = (file: string) => weir(['config', 'check', file]);

  it('checks every example', async () => {
    const { exitCode, stdout } = await check(join(EXAMPLES, 'controller/single-process.yaml'));
    expect(stdout.split('\n').filter((line) => line.startsWith('ok'))).toHaveLength(6);
    expect(exitCode).toBe(0);
    for (const file of ['controller/engine-with-redis.yaml', 'topologies/containerlab.clab.yaml'])
      expect(await check(join(EXAMPLES, file))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('holds certificates and keys to each other', async () => {
    const files = { cert: pem.SERVER_CERT, key: pem.SERVER_KEY, other: pem.CLIENT_KEY };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(dir, 'controller', `${name}.pem`), text);
    const tls = (key: string): string =>
      `  api: { tls: { certFile: cert.pem, keyFile: ${key}.pem } }\n  tickMs: 500`;
    const path = edit('controller/single-process.yaml', /^ {2}tickMs: 500/m, tls('key'));
    expect((await check(path)).exitCode).toBe(0);
    edit('controller/single-process.yaml', 'keyFile: key.pem', 'keyFile: other.pem');
    const wrong = await check(path);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout + wrong.stderr).toContain(
      'spec.api.tls.keyFile: other.pem: it is not the key of the certificate',
    );
    edit('controller/single-process.yaml', 'keyFile: other.pem', 'keyFile: none.pem');
    const missing = await check(path);
    expect(missing.stdout + missing.stderr).toContain('spec.api.tls.keyFile: cannot read');
  });

  it.each([
    [
      'an unknown field',
      'controller/single-process.yaml',
      'tickMs:',
      'tickMS:',
      'spec.tickMS: unknown field; did you mean "tickMs"?',
    ],
    [
      'a file that is not there',
      'controller/single-process.yaml',
      'leaf-spine.yaml',
      'no.yaml',
      'spec.topology: cannot read',
    ],
    [
      'a mistake in the topology',
      'topologies/leaf-spine.yaml',
      "b: 'spine1:eth1'",
      "b: 'spine9:eth1'",
      'spec.links[0].b: no device is called "spine9"; did you mean "spine1"?',
    ],
    [
      'a name in an intent',
      'intents/drain.yaml',
      'leaf1:eth1',
      'leaf1:eth9',
      'spec.link: the topology has no link "leaf1:eth9"',
    ],
    [
      'a failing example',
      'policies/careful.yaml',
      /rule: reroute/,
      'rule: null',
      'expects no rule and gets reroute',
    ],
  ])('reports %s', async (_, file, from, to, text) => {
    edit(file, from, to);
    const { exitCode, stdout } = await check(join(dir, 'controller/single-process.yaml'));
    expect(stdout).toContain(text);
    expect(exitCode).toBe(1);
  });

  it('reports every mistake of a file, as JSON too', async () => {
    const path = write(
      'apiVersion: weir.dev/v1\nkind: ControllerConfig\nspec: {tickMs: 1, roles: []}\n',
    );
    const { stdout } = await weir(['config', 'check', path, '-o', 'json']);
    const [report] = (JSON.parse(stdout) as { reports: { issues: { path: string }[] }[] }).reports;
    expect(report?.issues.map((issue) => issue.path).sort()).toEqual([
      'spec.roles',
      'spec.tickMs',
      'spec.topology',
    ]);
  });

  it.each([
    ['text', 'hello\n', '(root): must be a mapping'],
    ['another kind', 'kind: Deployment\n', 'kind: '],
  ])('reports %s', async (_, text, expected) => {
    const { exitCode, stdout } = await check(write(text));
    expect(stdout).toContain(expected);
    expect(exitCode).toBe(1);
  });

  it('has nothing to say about an empty file but that', async () => {
    const { exitCode, stderr } = await check(write(''));
    expect([exitCode, stderr.includes('nothing in')]).toEqual([1, true]);
  });
});

describe('weir explain', () => {
  it('shows an example that can be applied', async () => {
    const { stdout } = await weir(['explain', 'tj']);
    expect(stdout).toContain('TrainingJob: Keep the iterations');
    expect(stdout).toContain('collective: ring-allreduce');
    expect((await weir(['explain', 'drian'])).stderr).toContain('did you mean "Drain"?');
  });
});
