import { parse } from 'yaml';
import { DaemonDouble, Refused } from '../testing/daemon-double';
import { sampleChange, sampleIncident, sampleIntent, sampleStatus } from '../testing/samples';
import { weir } from '../testing/weir';

let daemon: DaemonDouble;
const page = (items: readonly unknown[], next: string | null = null) => ({ items, next });
const intent = { ...sampleIntent(), status: sampleStatus().intents[0] };
const device = {
  name: 'leaf1',
  role: 'leaf',
  group: 'leaf',
  profile: 'openconfig',
  address: '192.0.2.11:9339',
  interfaces: [{ name: 'eth1', capacityBps: 100e9 }],
  status: sampleStatus().devices[0],
};
const record = {
  sequence: 5,
  atMs: 0,
  epoch: 1,
  hash: '00',
  body: { kind: 'verdict', id: 'chg-7', verdict: { verdict: 'improved' } },
};

beforeEach(async () => {
  daemon = await DaemonDouble.start();
  daemon
    .on('GET /v1/changes', () => page([sampleChange()]))
    .on('GET /v1/changes/chg-7', () => sampleChange())
    .on('GET /v1/incidents', () => page([sampleIncident()]))
    .on('GET /v1/incidents/inc-3', () => sampleIncident())
    .on('GET /v1/intents', () => page([intent]))
    .on('GET /v1/intents/Drain/replace-optics', () => intent)
    .on('GET /v1/devices', () => page([device]))
    .on('GET /v1/journal', () => page([record]))
    .on('GET /v1/status', () => sampleStatus())
    .on('GET /version', () => ({ name: 'weir-controller', version: '9.9.9' }));
});
afterEach(() => daemon.stop());

const get = (...args: string[]) => weir(args, { server: daemon.url });

describe('weir get', () => {
  it('prints a table of changes', async () => {
    const { stdout, stderr, exitCode } = await get('get', 'changes');
    expect(stdout).toBe(
      'ID      ACTION    ORIGIN    STATE               VERDICT   RISK     DEVICES   AGE\n' +
        'chg-7   reroute   reroute   awaiting-approval   -         medium   1         60s\n',
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it.each([['changes'], ['change'], ['chg'], ['ch']])('knows changes as %s', async (word) => {
    expect((await get('get', word, '-o', 'name')).stdout).toBe('change/chg-7\n');
  });

  it('prints more columns when asked to', async () => {
    expect((await get('get', 'changes', '-o', 'wide')).stdout).toContain('congestion');
  });

  it('prints lists as JSON and YAML that programs can read', async () => {
    const json: unknown = JSON.parse((await get('get', 'changes', '-o', 'json')).stdout);
    expect(json).toMatchObject({ kind: 'List', items: [{ id: 'chg-7' }] });
    expect(parse((await get('-o', 'yaml', 'get', 'changes')).stdout)).toEqual(json);
  });

  it('prints one resource by name, in either form', async () => {
    expect(JSON.parse((await get('get', 'chg', 'chg-7', '-o', 'json')).stdout)).toMatchObject({
      id: 'chg-7',
    });
    expect((await get('get', 'change/chg-7')).stdout).toContain('awaiting-approval');
    expect((await get('get', 'ch', 'change/chg-7')).stdout).toContain('awaiting-approval');
    expect((await get('get', 'drain', 'replace-optics')).stdout).toContain('?InForce');
    expect((await get('get', 'intent', 'drain/replace-optics', '-o', 'name')).stdout).toBe(
      'intent/Drain/replace-optics\n',
    );
    expect((await get('get', 'device', 'leaf1', '-o', 'wide')).stdout).toContain('192.0.2.11:9339');
  });

  it('selects intents by kind and labels', async () => {
    expect((await get('get', 'drains', '-l', 'team=net', '-o', 'name')).stdout).not.toBe('');
    const none = await get('get', 'intents', '-l', 'team=other');
    expect(none).toEqual({ exitCode: 0, stdout: '', stderr: 'no intent found\n' });
    expect((await get('get', 'latencyobjectives', '-o', 'name')).stdout).toBe('');
  });

  it('passes the filter on and follows the pages', async () => {
    daemon.on('GET /v1/changes', ({ query }) =>
      query['after'] === undefined
        ? page([sampleChange()], 'chg-7')
        : page([sampleChange({ id: 'chg-6' as never })]),
    );
    const { stdout } = await get(
      'get',
      'changes',
      '--state',
      'stuck',
      '--limit',
      '5',
      '-o',
      'name',
    );
    expect(stdout).toBe('change/chg-7\nchange/chg-6\n');
    expect(daemon.requests.map((request) => request.query)).toEqual([
      { state: 'stuck', limit: '5' },
      { state: 'stuck', limit: '4', after: 'chg-7' },
    ]);
  });

  it('prints the journal', async () => {
    const { stdout } = await get('journal', 'list', '--from', '5', '--limit', '1');
    expect(stdout).toContain('5          1970-01-01T00:00:00.000Z   1       verdict   id=chg-7');
    expect(daemon.last.query).toEqual({ from: '5', limit: '1' });
  });

  it.each([
    [['get', 'chnages'], 'did you mean "changes"?'],
    [['get', 'intent', 'x'], 'Drain/x'],
    [['get', 'device', 'leaf7'], 'did you mean "leaf1"?'],
    [['get', 'intents', '-l', 'team'], 'key=value'],
    [['describe', 'changes'], 'say which of the changes'],
    [['get', 'changes', '--limit', '0'], 'A whole number from 1'],
    [['get', 'changes', '-o', 'xml'], 'Allowed choices are table, wide, json, yaml, name'],
    [['gte', 'changes'], 'Did you mean get?'],
    [['get', 'changes', '--timeout', 'soon'], '--timeout'],
  ])('refuses %j with something to try', async (args, text) => {
    const { exitCode, stdout, stderr } = await get(...args);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(text);
  });

  it('shows code, reason and place of what the daemon refuses', async () => {
    daemon.on('GET /v1/changes/chg-9', () => {
      throw new Refused('not-found', 'no change is called chg-9', 'path.id');
    });
    expect((await get('get', 'change', 'chg-9')).stderr).toBe(
      'error: no change is called chg-9\n  code: not-found\n  where: path.id\n',
    );
  });
});

describe('weir describe', () => {
  it('shows all of a change, its plan and its inverse', async () => {
    const { stdout } = await get('describe', 'change', 'chg-7');
    for (const text of [
      'chg-7  reroute  awaiting-approval  (reroute, approve)',
      'cause: congestion',
      '/next-hops/next-hop[index=1]\n      ~ config/wecmp-weight: 32 -> 20\n',
      '    /a/b[k=v]\n      + c: new\n      - d: old\n    ~ /system/config/hostname: a -> b\n',
      'Would be undone by\n  leaf1\n    /network-instances',
      'gain -34 % (+/- 5 %), hottest link 93 % -> 61 %',
      'refused blast-radius [blast-radius]: 9 devices, limit 8',
      'Risk: medium (moves flows of one prefix)',
      `Plan hash: ${'ab'.repeat(32)}`,
      'leaf1: untouched, reverts by itself',
    ])
      expect(stdout).toContain(text);
  });

  it('shows an incident as a report, unknown facts as unknown', async () => {
    const { stdout } = await get('describe', 'incident', 'inc-3');
    expect(stdout).toContain('150 ms against 35 ms when healthy');
    expect(stdout).toContain('  symptom: latency\n    the 95th percentile is 150.0 ms');
    expect(stdout).toContain(
      'congestion (97 %, score 0.90) at leaf1:eth1\n    93 % against 80 %\n    score: utilization 0.931 weighs 0.90\n',
    );
    expect(stdout).toContain(
      'Rejected causes\n  link-failure: none of the 6 links on the paths is down\n',
    );
    expect(stdout).toContain('path.maxLossRatio: unknown');
  });

  it('shows what is evidenced about an intent', async () => {
    const { stdout } = await get('describe', 'intent', 'Drain/replace-optics');
    expect(stdout).toContain('InForce: unknown (NotReadBack) leaf1 has not been read back');
    expect(stdout).toContain('p95Ms: unknown');
  });
});

describe('weir status and version', () => {
  it('say what holds the loop', async () => {
    const { stdout } = await get('status');
    expect(stdout).toContain('engine: holding (30 % of the channels are unknown), epoch 4');
    expect(stdout).toContain('frozen by ops: maintenance');
    expect(stdout).toContain(
      "forecast: 3 of 4 links, 30 s ahead, error 0.71 of the last value's, interval held unknown (wanted 90 %)",
    );
    expect(stdout).toContain('foreseen: LatencyObjective/chat may be missed in 12 s');
    expect(stdout).toContain('not reporting: leaf2, fenced: leaf2');
    expect(stdout).toContain('breached, p95 150.3 ms (limit 100 ms), met in 99.12 %');
    expect(stdout).toContain('leaf1:eth1   93 %          unknown');
  });

  it('colour only terminals, and only when wanted', async () => {
    const at = (env: Record<string, string>, ...args: string[]) =>
      weir(['status', ...args], { server: daemon.url, isTerminal: true, env });
    expect((await at({})).stdout).toContain('\u001b[31m');
    expect((await at({ NO_COLOR: '1' })).stdout).not.toContain('\u001b');
    expect((await at({}, '--no-color')).stdout).not.toContain('\u001b');
    expect((await get('status')).stdout).not.toContain('\u001b');
  });

  it('say both versions', async () => {
    expect((await get('version')).stdout).toMatch(/^client \d+\.\d+\.\d+\nserver 9\.9\.9\n$/);
    expect((await weir(['version', '--client', '-o', 'json'])).exitCode).toBe(0);
  });
});
