import { DaemonDouble, Refused } from '../testing/daemon-double';
import { sampleChange } from '../testing/samples';
import { weir } from '../testing/weir';

const HASH = 'ab'.repeat(32);
let daemon: DaemonDouble;

beforeEach(async () => {
  daemon = await DaemonDouble.start();
  const done = () => ({ done: true });
  const change = (state: 'scheduled' | 'rejected' | 'rolling-back', dryRun = false) => ({
    change: sampleChange({ state }),
    dryRun,
  });
  daemon
    .on('GET /v1/changes/chg-7', () => sampleChange())
    .on('POST /v1/changes/chg-7/approve', () => change('scheduled'))
    .on('POST /v1/changes/chg-7/reject', () => change('rejected'))
    .on('POST /v1/changes/chg-7/undo', ({ query }) =>
      change('rolling-back', query['dryRun'] === 'true'),
    )
    .on('POST /v1/freeze', done)
    .on('POST /v1/unfreeze', done)
    .on('PUT /v1/modes/rule/reroute', done)
    .on('GET /v1/modes', () => ({ rules: { reroute: 'approve' }, groups: { leaf: 'auto' } }))
    .on('POST /v1/rules/reroute/release', done)
    .on('POST /v1/devices/leaf1/unfence', done);
});
afterEach(() => daemon.stop());

const run = (args: readonly string[], around = {}) => weir(args, { server: daemon.url, ...around });
const bodyOf = (path: string) => daemon.requests.find((request) => request.path === path)?.body;

describe('weir approve', () => {
  const path = '/v1/changes/chg-7/approve';

  it('shows the plan, asks, and binds the approval to its hash', async () => {
    const outcome = await run(['approve', 'chg-7', '--reason', 'looks right'], { answer: 'yes' });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'change/chg-7 scheduled\n' });
    expect(outcome.stderr).toContain('Risk: medium');
    expect(bodyOf(path)).toEqual({ planHash: HASH, reason: 'looks right' });
  });

  it('does not approve when the answer is no, or nobody answers', async () => {
    expect((await run(['approve', 'chg-7'], { answer: 'n' })).exitCode).toBe(1);
    expect((await run(['approve', 'chg-7'])).stderr).toContain('give --yes');
    expect(bodyOf(path)).toBeUndefined();
  });

  it('takes the hash, or enough of its beginning, instead of an answer', async () => {
    const outcome = await run(['approve', 'change/chg-7', '--hash', HASH.slice(0, 8)]);
    expect(outcome.exitCode).toBe(0);
    expect(bodyOf(path)).toEqual({ planHash: HASH, reason: '' });
  });

  it.each(['cdcdcdcd', HASH.slice(0, 7), ''])('refuses the hash "%s"', async (hash) => {
    const outcome = await run(['approve', 'chg-7', '--hash', hash]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('code: plan-hash-mismatch');
    expect(bodyOf(path)).toBeUndefined();
  });

  it('shows why the daemon refuses', async () => {
    daemon.on(`POST ${path}`, () => {
      throw new Refused('frozen', 'frozen by ops: maintenance', 'id');
    });
    expect((await run(['approve', 'chg-7', '--yes'])).stderr).toContain('`weir unfreeze` lifts it');
  });
});

describe('weir reject, undo, freeze, mode, unfence', () => {
  it('reject with a reason only', async () => {
    expect((await run(['reject', 'chg-7'])).stderr).toContain("'--reason <text>'");
    expect((await run(['reject', 'chg-7', '--reason', 'not now'])).stdout).toBe(
      'change/chg-7 rejected\n',
    );
    expect(bodyOf('/v1/changes/chg-7/reject')).toEqual({ reason: 'not now' });
  });

  it('undo shows its plan first', async () => {
    const dry = await run(['undo', 'chg-7', '--dry-run']);
    expect(dry).toMatchObject({ exitCode: 2, stderr: '' });
    expect(dry.stdout).toContain('Would change');
    expect(daemon.requests.every(({ query }) => query['dryRun'] === 'true')).toBe(true);
    const outcome = await run(['undo', 'chg-7'], { answer: 'y' });
    expect(outcome.stdout).toBe('change/chg-7 rolling-back\n');
    expect(outcome.stderr).toContain('undo chg-7? [y/N]');
    expect((await run(['undo', 'chg-7'])).exitCode).toBe(1);
    expect((await run(['undo', 'chg-7', '--yes', '-o', 'json'])).exitCode).toBe(0);
  });

  it('freeze and unfreeze', async () => {
    expect((await run(['freeze'])).exitCode).toBe(1);
    expect((await run(['freeze', '--reason', 'audit'])).stdout).toBe('frozen\n');
    expect(bodyOf('/v1/freeze')).toEqual({ reason: 'audit' });
    expect((await run(['unfreeze'])).stdout).toBe('not frozen\n');
  });

  it('list and set modes', async () => {
    expect((await run(['mode', 'list'])).stdout).toContain('rule    reroute   approve');
    expect((await run(['mode', 'set', 'rule', 'reroute', 'suggest'])).stdout).toBe(
      'rule/reroute suggest\n',
    );
    expect(daemon.last.body).toEqual({ mode: 'suggest' });
    const wrong = await run(['mode', 'set', 'rule', 'reroute', 'on']);
    expect(wrong.stderr).toContain('off, observe, suggest, approve, auto');
    expect((await run(['mode', 'set', 'device', 'x', 'off'])).stderr).toContain('rule, group');
  });

  it('release an escalated rule, on one objective or on all', async () => {
    const given = await run(['release', 'reroute', 'LatencyObjective/chat', '-o', 'json']);
    expect(JSON.parse(given.stdout)).toEqual({
      rule: 'reroute',
      objectiveId: 'LatencyObjective/chat',
    });
    expect((await run(['release', 'reroute'])).stdout).toBe('rule/reroute released\n');
  });

  it('unfence a device', async () => {
    expect((await run(['unfence', 'leaf1'])).stdout).toBe('device/leaf1 unfenced\n');
  });
});
