import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DaemonDouble, Refused } from '../testing/daemon-double';
import { sampleChange, sampleIntent } from '../testing/samples';
import { weir } from '../testing/weir';

const PATH = '/v1/intents/Drain/replace-optics';
const { generation: _, createdMs: __, ...metadata } = sampleIntent().metadata;
const document = { ...sampleIntent(), metadata };
const action = {
  type: 'reroute',
  routes: [{ device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 1 } }],
};
const change = { apiVersion: 'weir.dev/v1', kind: 'Change', spec: { action } };

let daemon: DaemonDouble;
let dir: string;
let stored: number | null;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weir-cli-'));
  stored = null;
  const view = (generation: number) => ({
    ...sampleIntent(),
    metadata: { ...sampleIntent().metadata, generation },
    status: null,
  });
  daemon = await DaemonDouble.start();
  daemon
    .on(`GET ${PATH}`, () => {
      if (stored === null) throw new Refused('not-found', 'no such intent', 'path.name');
      return view(stored);
    })
    .on(`PUT ${PATH}`, ({ query }) => {
      const dryRun = query['dryRun'] === 'true';
      if (!dryRun) stored ??= 1;
      return { intent: view(stored ?? 1), plans: dryRun ? [sampleChange()] : [], dryRun };
    })
    .on(`DELETE ${PATH}`, ({ query }) => ({
      intent: view(1),
      plans: [],
      dryRun: query['dryRun'] === 'true',
    }))
    .on('POST /v1/changes', ({ query }) => ({
      change: sampleChange({ state: 'scheduled' }),
      dryRun: query['dryRun'] === 'true',
    }));
});
afterEach(async () => {
  await daemon.stop();
  rmSync(dir, { recursive: true });
});

const file = (text: string, name = 'a.yaml'): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const run = (args: readonly string[], around = {}) => weir(args, { server: daemon.url, ...around });
const writes = () =>
  daemon.requests.filter(({ method, query }) => method !== 'GET' && query['dryRun'] !== 'true');

describe('weir plan', () => {
  it('shows what would change, exits with 2 and writes nothing', async () => {
    const { stdout, exitCode } = await run(['plan', '-f', file(stringify(document))]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('~ config/wecmp-weight: 32 -> 20');
    expect(stdout).toContain('Would be undone by');
    expect(daemon.requests.map(({ method, query }) => [method, query])).toEqual([
      ['PUT', { dryRun: 'true' }],
    ]);
    expect(daemon.last.body).toMatchObject({ kind: 'Drain', spec: { link: 'leaf1:eth1' } });
  });

  it('exits with 0 when there is nothing to change', async () => {
    daemon.on(`PUT ${PATH}`, () => ({
      intent: { ...sampleIntent(), status: null },
      plans: [],
      dryRun: true,
    }));
    const outcome = await run(['plan', '-f', '-'], { stdin: stringify(document) });
    expect(outcome).toEqual({ exitCode: 0, stdout: '', stderr: 'nothing to change\n' });
  });

  it('exits with 1 when the plan would be refused, and says so before applying', async () => {
    const refused = sampleChange({ state: 'rejected', reason: 'blast-radius: 9 devices' });
    daemon.on('POST /v1/changes', () => ({ change: refused, dryRun: true }));
    const path = file(JSON.stringify(change));
    const { stdout, exitCode } = await run(['plan', '-f', path]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('blast-radius: 9 devices');
    const asked = await run(['apply', '-f', path], { answer: 'n' });
    expect(asked.stderr).toContain('1 change(s) to the network follow, 1 refused as it is; go on?');
  });

  it("plans a change of one's own, as JSON with a format version", async () => {
    const { stdout, exitCode } = await run([
      'plan',
      '-o',
      'json',
      '-f',
      file(JSON.stringify(change)),
    ]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, plans: [{ id: 'chg-7' }] });
    expect(daemon.last.body).toEqual({ action, objectiveId: null, planHash: null });
  });

  it.each([
    ['a missing file', ['plan', '-f', '/nonexistent.yaml'], 'no such file'],
    ['a directory', ['plan', '-f', tmpdir()], 'it is a directory'],
    ['no file', ['plan'], "required option '-f, --filename <file>'"],
  ])('refuses %s', async (_name, args, text) => {
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(text);
    expect(daemon.requests).toEqual([]);
  });

  it.each([
    ['no YAML', 'a: [', 'line 1', 'no YAML'],
    ['nothing', '# nothing\n', '', 'nothing in stdin'],
    [
      'a bad kind',
      stringify({ ...document, kind: 'Drian' }),
      'stdin: kind',
      'did you mean "Drain"?',
    ],
    ['a bad spec', stringify({ ...document, spec: { lnik: 'x' } }), 'stdin: spec.lnik', '"link"'],
    [
      'a bad change',
      stringify({ ...change, spec: { action: { type: 'buffer', settings: [] } } }),
      'stdin: spec.action.settings',
      'code: request-invalid',
    ],
    [
      'a mistake in the second document',
      `${stringify(document)}---\n${stringify({ ...document, spec: {} })}`,
      'stdin document 2: spec.link',
      'exactly one of',
    ],
  ])('refuses %s before anything is sent', async (_name, stdin, where, text) => {
    const { exitCode, stderr } = await run(['plan', '-f', '-'], { stdin });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(where);
    expect(stderr).toContain(text);
    expect(daemon.requests).toEqual([]);
  });
});

describe('weir apply', () => {
  it('shows the plan, asks, and applies', async () => {
    const outcome = await run(['apply', '-f', file(stringify(document))], { answer: 'y' });
    expect(outcome.stdout).toBe('drain/replace-optics created\n');
    expect(outcome.stderr).toContain('wecmp-weight: 32 -> 20');
    expect(outcome.stderr).toContain('1 change(s) to the network follow; go on? [y/N]');
    expect(writes()).toHaveLength(1);
    expect(writes()[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('changes nothing when the answer is not yes', async () => {
    for (const answer of ['n', '', 'maybe']) {
      const outcome = await run(['apply', '-f', file(stringify(document))], { answer });
      expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
      expect(outcome.stderr).toContain('nothing was changed');
    }
    expect(writes()).toEqual([]);
  });

  it('wants --yes where nobody can answer', async () => {
    const outcome = await run(['apply', '-f', file(stringify(document))]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('give --yes');
    expect(writes()).toEqual([]);
  });

  it('says what became of it', async () => {
    const path = file(stringify(document));
    const apply = async () => (await run(['apply', '--yes', '-f', path])).stdout;
    expect(await apply()).toBe('drain/replace-optics created\n');
    expect(await apply()).toBe('drain/replace-optics unchanged\n');
    daemon.on(`PUT ${PATH}`, () => ({
      intent: {
        ...sampleIntent(),
        metadata: { ...sampleIntent().metadata, generation: 2 },
        status: null,
      },
      plans: [],
      dryRun: false,
    }));
    expect(await apply()).toBe('drain/replace-optics configured\n');
  });

  it('takes several files, and lists as the server prints them', async () => {
    const list = {
      apiVersion: 'weir.dev/v1',
      kind: 'List',
      items: [{ ...sampleIntent(), status: null }],
    };
    const paths = [file(stringify(list), 'list.yaml'), file(JSON.stringify(change), 'change.json')];
    const { stdout } = await run(['apply', '--yes', ...paths.flatMap((path) => ['-f', path])]);
    expect(stdout).toBe('drain/replace-optics created\nchange/chg-7 scheduled\n');
  });

  it('with --dry-run shows the plans and writes nothing', async () => {
    const { stdout, exitCode } = await run(['apply', '--dry-run', '-f', file(stringify(document))]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Plan hash');
    expect(writes()).toEqual([]);
  });
});

describe('saved plans', () => {
  const HASH = 'ab'.repeat(32);
  const saved = (fields: object = {}) => ({
    apiVersion: 'weir.dev/v1',
    kind: 'SavedPlan',
    formatVersion: 1,
    spec: { action, objectiveId: null, planHash: HASH },
    ...fields,
  });
  const save = async (): Promise<string> => {
    const out = join(dir, 'plan.json');
    await run(['plan', '-f', file(JSON.stringify(change)), '--out', out]);
    return out;
  };

  it('keeps the action, its hash and the plan for people, and applies exactly that', async () => {
    const out = join(dir, 'plan.json');
    const planned = await run(['plan', '-f', file(JSON.stringify(change)), '--out', out]);
    expect(planned.exitCode).toBe(2);
    expect(planned.stderr).toContain(`\`weir apply ${out}\``);
    const document = JSON.parse(readFileSync(out, 'utf8')) as { text: string[] };
    expect(document).toMatchObject(saved());
    expect(document.text.join('\n')).toContain('Would be undone by');

    for (const args of [
      ['apply', out],
      ['apply', '-f', out],
    ]) {
      const { stdout, exitCode } = await run(args);
      expect([exitCode, stdout]).toEqual([0, 'change/chg-7 scheduled\n']);
      expect(writes().at(-1)?.body).toEqual({ action, objectiveId: null, planHash: HASH });
    }
  });

  it('reports that the plan is another by now, and writes nothing', async () => {
    const out = await save();
    daemon.on('POST /v1/changes', () => {
      throw new Refused('plan-hash-mismatch', 'the plan is ef01 by now', 'planHash');
    });
    const { exitCode, stdout, stderr } = await run(['apply', out]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('code: plan-hash-mismatch');
    expect(stderr).toContain('try: something changed since; plan it again');
    expect(writes()).toEqual([]);
  });

  it('says so when the change is refused in the end', async () => {
    const out = await save();
    const change = sampleChange({ state: 'rejected', reason: 'frozen: peak hours' });
    daemon.on('POST /v1/changes', ({ query }) => ({
      change,
      dryRun: query['dryRun'] === 'true',
    }));
    const { exitCode, stdout } = await run(['apply', out]);
    expect([exitCode, stdout]).toEqual([1, 'change/chg-7 rejected: frozen: peak hours\n']);
  });

  it('saves no plan that would be refused, and none of intents', async () => {
    const out = join(dir, 'plan.json');
    const two = `${JSON.stringify(change)}\n---\n${JSON.stringify(change)}`;
    for (const text of [stringify(document), two]) {
      const { exitCode, stderr } = await run(['plan', '-f', file(text), '--out', out]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('exactly one change');
    }
    expect(daemon.requests).toEqual([]);
    const refused = sampleChange({ state: 'rejected', reason: 'blast-radius: 9 devices' });
    daemon.on('POST /v1/changes', () => ({ change: refused, dryRun: true }));
    const { exitCode, stderr } = await run([
      'plan',
      '-f',
      file(JSON.stringify(change)),
      '--out',
      out,
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('would be refused, so it was not saved: blast-radius: 9 devices');
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
  });

  it('says where it cannot write', async () => {
    const out = join(dir, 'none', 'plan.json');
    const { exitCode, stderr } = await run([
      'plan',
      '-f',
      file(JSON.stringify(change)),
      '--out',
      out,
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('where: --out');
  });

  it.each([
    ['no hash', saved({ spec: { action } }), 'a.yaml: spec.planHash', 'required'],
    [
      'a hash that is none',
      saved({ spec: { action, planHash: 'yes' } }),
      'a.yaml: spec.planHash',
      'the hash of the plan',
    ],
    ['another format', saved({ formatVersion: 2 }), 'a.yaml: formatVersion', 'expected 1'],
    ['a misspelt field', saved({ txt: [] }), 'a.yaml: txt', 'did you mean "text"?'],
    [
      'a bad action',
      saved({
        spec: { planHash: HASH, action: { type: 'buffer', settings: [{ device: 'leaf1' }] } },
      }),
      'a.yaml: spec.action.settings[0].interface',
      'required',
    ],
    ['a misspelt kind', { ...saved(), kind: 'SavedPlen' }, 'a.yaml: kind', '"SavedPlan"'],
  ])('refuses a file with %s before anything is sent', async (_, value, where, text) => {
    const { exitCode, stderr } = await run(['apply', file(JSON.stringify(value))]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(where);
    expect(stderr).toContain(text);
    expect(daemon.requests).toEqual([]);
  });

  it('takes the example, which saves what the other example plans', async () => {
    const example = (name: string): string => join(__dirname, '../../../../examples/changes', name);
    expect((await run(['apply', example('reroute.plan.json')])).exitCode).toBe(0);
    const { planHash, ...saved } = daemon.last.body as { planHash: string };
    await run(['plan', '-f', example('reroute.yaml')]);
    expect(daemon.last.body).toEqual({ ...saved, planHash: null });
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('asks what to apply', async () => {
    const { exitCode, stderr } = await run(['apply']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('say what to apply');
  });
});

describe('weir delete', () => {
  it('deletes by name and by file', async () => {
    expect((await run(['delete', 'drain', 'replace-optics'])).stdout).toBe(
      'drain/replace-optics deleted\n',
    );
    expect((await run(['delete', '-f', file(stringify(document))])).exitCode).toBe(0);
    expect(writes()).toHaveLength(2);
    const dry = await run(['delete', 'drain/replace-optics', '--dry-run']);
    expect(dry.stdout).toContain('(dry run)');
    expect(writes()).toHaveLength(2);
  });

  it.each([
    [['delete'], 'say what to delete'],
    [['delete', 'change', 'chg-7'], '`weir undo CHANGE`'],
    [['delete', 'drain'], 'one by kind and name'],
  ])('refuses %j', async (args, text) => {
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(text);
    expect(daemon.requests).toEqual([]);
  });
});
