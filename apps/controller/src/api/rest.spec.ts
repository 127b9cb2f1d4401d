import {
  changeResultSchema,
  deviceViewSchema,
  engineStatusSchema,
  incidentViewSchema,
  intentResultSchema,
  intentViewSchema,
  journalRecordSchema,
  journalVerificationSchema,
  modesViewSchema,
  learningViewSchema,
  pageOf,
  policyViewSchema,
  problemSchema,
  topologyViewSchema,
  versionSchema,
} from '@weir/contracts';
import type { z } from 'zod';
import { startSmallFabric, type SmallFabric } from '../../test/small-fabric';
import { ready, startTestDaemon, type TestDaemon } from '../../test/test-daemon';

const OBJECTIVE = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat', labels: { team: 'ml' } },
  spec: {
    workloads: ['chat'],
    class: 'real-time-inference',
    quantile: 0.95,
    thresholdMs: 100,
    targetRatio: 0.999,
    flows: [{ sources: ['h1'], destinations: ['h2'] }],
  },
};
const REROUTE = {
  action: {
    type: 'reroute',
    routes: [{ device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 48, eth2: 16 } }],
  },
};
const LEARNED = {
  ...{ cause: 'congestion', action: 'reroute', context: 'training/leaf' },
  ...{ helped: 1, failed: 3, atMs: Date.now(), verdicts: 5 },
};

const ADMIN = 'admin-token-000001';
const OPERATOR = 'operator-token-001';
const VIEWER = 'viewer-token-00001';

jest.setTimeout(30_000);

describe('REST /v1 on real gNMI targets', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;

  beforeAll(async () => {
    fabric = await startSmallFabric();
    const auth = `auth: { tokens: [{ name: ann, role: admin, token: ${ADMIN} }, { name: bob, role: operator, token: ${OPERATOR} }, { name: vic, role: viewer, tokenEnv: VIC }] }`;
    const api = `  api: { http: { port: 0 }, grpc: { port: 0 }, ${auth} }\n`;
    daemon = await startTestDaemon(fabric.dir, api, { VIC: VIEWER });
    await ready(daemon);
  });
  afterAll(async () => {
    await daemon.stop();
    await fabric.close();
  });

  const call = (method: string, path: string, body?: unknown, token = ADMIN, headers = {}) =>
    fetch(daemon.url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  /** The answer, checked against its contract. */
  async function read<Schema extends z.ZodType>(
    schema: Schema,
    answer: Promise<Response>,
  ): Promise<z.infer<Schema>> {
    const response = await answer;
    const body: unknown = await response.json();
    if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
    return schema.parse(body);
  }
  async function refused(answer: Promise<Response>): Promise<[number, string, string]> {
    const response = await answer;
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = problemSchema.parse(await response.json());
    expect(problem.status).toBe(response.status);
    return [problem.status, problem.code, problem.where];
  }

  it('shows what it works on, as the contracts say', async () => {
    const status = await read(engineStatusSchema, call('GET', '/v1/status'));
    expect(status.devices.map(({ session }) => session)).toEqual(Array(4).fill('synced'));
    const devices = await read(pageOf(deviceViewSchema), call('GET', '/v1/devices'));
    expect(devices.items.map(({ name }) => name)).toEqual(['leaf1', 'leaf2', 'spine1', 'spine2']);
    const topology = await read(topologyViewSchema, call('GET', '/v1/topology'));
    expect(topology.links).toHaveLength(4);
    const policy = await read(policyViewSchema, call('GET', '/v1/policy'));
    expect(policy.rules.map(({ name }) => name)).toEqual(expect.arrayContaining(['reroute']));
    const modes = await read(modesViewSchema, call('GET', '/v1/modes'));
    expect(Object.keys(modes.groups)).toEqual(['leaf', 'spine']);
    await read(pageOf(incidentViewSchema), call('GET', '/v1/incidents'));
    await read(versionSchema, call('GET', '/version', undefined, ''));
  });

  it('takes an intent, shows it, changes it and deletes it; a dry run leaves nothing', async () => {
    const dry = await read(intentResultSchema, call('POST', '/v1/intents?dryRun=true', OBJECTIVE));
    expect(dry.dryRun).toBe(true);
    const path = '/v1/intents/LatencyObjective/chat';
    expect(await refused(call('GET', path))).toEqual([404, 'not-found', 'path.name']);
    const put = await read(intentResultSchema, call('PUT', path, OBJECTIVE));
    expect(put.intent.metadata).toMatchObject({ generation: 1, labels: { team: 'ml' } });
    const again = { ...OBJECTIVE, spec: { ...OBJECTIVE.spec, thresholdMs: 80 } };
    await read(intentResultSchema, call('POST', '/v1/intents', again));
    const shown = await read(intentViewSchema, call('GET', '/v1/intents/lo/chat'));
    expect(shown).toMatchObject({ metadata: { generation: 2 }, spec: { thresholdMs: 80 } });
    expect(shown.status?.conditions.map(({ status }) => status)).toContain('unknown');
    await read(intentResultSchema, call('DELETE', path));
    const left = await read(pageOf(intentViewSchema), call('GET', '/v1/intents'));
    expect(left.items).toEqual([]);
  });

  it('plans an operator change without touching a device, and refuses an impossible one', async () => {
    const dry = await read(changeResultSchema, call('POST', '/v1/changes?dryRun=true', REROUTE));
    expect(dry.change.plan.diffs[0]?.leaves.map(({ after }) => String(after))).toContain('48');
    expect([...fabric.targets.values()].map(({ counts }) => counts.setsApplied ?? 0)).toEqual([
      0, 0, 0, 0,
    ]);
    const stale = { ...REROUTE, planHash: 'f'.repeat(64) };
    expect(await refused(call('POST', '/v1/changes', stale))).toEqual([
      409,
      'plan-hash-mismatch',
      'planHash',
    ]);
    const none = {
      action: { ...REROUTE.action, routes: [{ ...REROUTE.action.routes[0], device: 'leaf9' }] },
    };
    const [status, code] = await refused(call('POST', '/v1/changes?dryRun=true', none));
    expect([status >= 400, code]).toEqual([true, expect.any(String)]);
  });

  it('freezes, sets modes, and tells so', async () => {
    await call('POST', '/v1/freeze', { reason: 'maintenance' });
    const frozen = await read(engineStatusSchema, call('GET', '/v1/status'));
    await call('POST', '/v1/unfreeze');
    expect(frozen.frozen).toEqual({ by: 'ann', reason: 'maintenance' });
    await call('PUT', '/v1/modes/rule/reroute', { mode: 'suggest' });
    const policy = await read(policyViewSchema, call('GET', '/v1/policy'));
    const rule = policy.rules.find(({ name }) => name === 'reroute');
    expect(rule?.effectiveMode).toBe('suggest');
  });

  it('keeps an audit that verifies, in pages', async () => {
    const all = await read(pageOf(journalRecordSchema), call('GET', '/v1/journal?limit=1000'));
    const first = await read(pageOf(journalRecordSchema), call('GET', '/v1/journal?limit=2'));
    expect(first.items.map(({ sequence }) => sequence)).toEqual([1, 2]);
    const rest = await read(
      pageOf(journalRecordSchema),
      call('GET', `/v1/journal?from=${first.next}&limit=1000`),
    );
    expect(first.items.length + rest.items.length).toBeGreaterThanOrEqual(all.items.length);
    const verified = await read(journalVerificationSchema, call('GET', '/v1/journal/verify'));
    expect(verified).toMatchObject({ chain: 'ok', brokenAt: null });
  });

  it.each([
    ['GET', '/v1/changes?limit=0', undefined, 400, 'request-invalid', 'query.limit'],
    ['GET', '/v1/changes?state=done', undefined, 400, 'request-invalid', 'query.state'],
    ['GET', '/v1/changes?after=chg-999', undefined, 400, 'request-invalid', 'query.after'],
    ['GET', '/v1/changes/chg-999', undefined, 404, 'not-found', 'path.id'],
    ['GET', '/v1/changes/chg-999/explanation', undefined, 404, 'not-found', 'path.id'],
    ['GET', '/v1/changes/inc-1/explanation', undefined, 404, 'not-found', 'path.id'],
    ['GET', '/v1/incidents/inc-999/explanation', undefined, 404, 'not-found', 'path.id'],
    ['GET', '/v1/incidents?state=broken', undefined, 400, 'request-invalid', 'query.state'],
    ['GET', '/v1/incidents/inc-999', undefined, 404, 'not-found', 'path.id'],
    ['GET', '/v1/journal?from=0', undefined, 400, 'request-invalid', 'query.from'],
    ['GET', '/v1/nothing', undefined, 404, 'not-found', '/v1/nothing'],
    ['POST', '/v1/intents', '{"kind":', 400, 'request-invalid', 'body'],
    ['POST', '/v1/intents', {}, 400, 'request-invalid', 'apiVersion'],
    ['POST', '/v1/intents', { ...OBJECTIVE, sepc: {} }, 400, 'request-invalid', 'sepc'],
    ['POST', '/v1/intents', { ...OBJECTIVE, kind: 'Wish' }, 400, 'intent-unknown-kind', 'kind'],
    [
      'POST',
      '/v1/intents',
      { ...OBJECTIVE, spec: { ...OBJECTIVE.spec, quantile: 2 } },
      400,
      'intent-invalid',
      'spec.quantile',
    ],
    ['POST', '/v1/intents?dryRun=maybe', OBJECTIVE, 400, 'request-invalid', 'query.dryRun'],
    [
      'PUT',
      '/v1/intents/LatencyObjective/other',
      OBJECTIVE,
      400,
      'request-invalid',
      'metadata.name',
    ],
    ['PUT', '/v1/intents/Drain/chat', OBJECTIVE, 400, 'request-invalid', 'kind'],
    ['PUT', '/v1/intents/9/chat', OBJECTIVE, 400, 'request-invalid', 'path.kind'],
    ['DELETE', '/v1/intents/Drain/none', undefined, 404, 'not-found', expect.any(String)],
    [
      'POST',
      '/v1/changes',
      { action: { type: 'reroute', routes: [] } },
      400,
      'request-invalid',
      'action.routes',
    ],
    ['POST', '/v1/changes', { action: { type: 'magic' } }, 400, 'request-invalid', 'action.type'],
    ['POST', '/v1/changes/chg-999/approve', { planHash: 'zz' }, 400, 'request-invalid', 'planHash'],
    [
      'POST',
      '/v1/changes/chg-999/approve',
      { planHash: 'a'.repeat(64) },
      404,
      'not-found',
      expect.any(String),
    ],
    ['POST', '/v1/changes/chg-999/reject', { reason: '' }, 400, 'request-invalid', 'reason'],
    ['POST', '/v1/changes/chg-999/undo', undefined, 404, 'not-found', expect.any(String)],
    ['POST', '/v1/changes/chg-999/undo', { force: true }, 400, 'request-invalid', 'force'],
    ['POST', '/v1/freeze', {}, 400, 'request-invalid', 'reason'],
    ['PUT', '/v1/modes/rule/reroute', { mode: 'wild' }, 400, 'request-invalid', 'mode'],
    ['PUT', '/v1/modes/world/x', { mode: 'auto' }, 400, 'request-invalid', 'path.scope'],
    ['PUT', '/v1/modes/rule/none', { mode: 'auto' }, 404, 'not-found', 'path.name'],
    ['POST', '/v1/devices/leaf9/unfence', undefined, 404, 'device-unknown', 'path.name'],
    ['POST', '/v1/devices/leaf1/unfence', undefined, 404, 'not-found', 'device'],
    ['POST', '/v1/rules/reroute/release', {}, 404, 'not-found', 'rule'],
    [
      'POST',
      '/v1/rules/reroute/release',
      { objectiveId: '' },
      400,
      'request-invalid',
      'objectiveId',
    ],
    ['POST', '/v1/learning/reset', { cause: 'incast' }, 404, 'not-found', 'cause'],
    ['POST', '/v1/learning/reset', { cuase: 'incast' }, 400, 'request-invalid', 'cuase'],
    ['PUT', '/v1/learning', {}, 400, 'request-invalid', 'entries'],
    [
      'PUT',
      '/v1/learning',
      { entries: [{ ...LEARNED, helped: -1 }] },
      400,
      'request-invalid',
      'entries[0].helped',
    ],
    [
      'PUT',
      '/v1/learning',
      { entries: [LEARNED, { ...LEARNED, cause: 'gremlins' }] },
      400,
      'request-invalid',
      'entries[1].cause',
    ],
    ['POST', '/v1/freeze', { reason: 'x'.repeat(2_000_000) }, 413, 'limit-exceeded', 'body'],
  ])('%s %s with bad input %# names the field', async (method, path, body, status, code, where) => {
    expect(await refused(call(method, path, body))).toEqual([status, code, where]);
  });

  it.each([
    ['GET', '/v1/status', '', 401],
    ['GET', '/v1/events', '', 401],
    ['GET', '/v1/status', 'wrong-token-00000', 401],
    ['POST', '/v1/freeze', VIEWER, 403],
    ['PUT', '/v1/modes/rule/reroute', OPERATOR, 403],
    ['POST', '/v1/rules/reroute/release', OPERATOR, 403],
    ['POST', '/v1/learning/reset', OPERATOR, 403],
    ['PUT', '/v1/learning', OPERATOR, 403],
    ['POST', '/v1/devices/leaf1/unfence', OPERATOR, 403],
  ])('%s %s with token "%s" is %d', async (method, path, token, status) => {
    const [given] = await refused(call(method, path, method === 'GET' ? undefined : {}, token));
    expect(given).toBe(status);
    const code = status === 401 ? 'unauthenticated' : 'forbidden';
    const denied = { msg: 'request denied', level: 'warn', code, method, path };
    expect(daemon.lines).toContainEqual(expect.objectContaining(denied));
  });

  it('takes over what was learned, shows it with its success, and forgets it', async () => {
    const shown = () => read(learningViewSchema, call('GET', '/v1/learning'));
    expect((await shown()).entries).toEqual([]);
    expect((await call('PUT', '/v1/learning', { entries: [LEARNED] })).status).toBe(200);
    const [entry] = (await shown()).entries;
    expect(entry).toMatchObject(LEARNED);
    expect(entry?.now.successRatio).toBeCloseTo(0.25);
    const reset = { cause: 'congestion', action: null };
    expect((await call('POST', '/v1/learning/reset', reset)).status).toBe(200);
    expect((await shown()).entries).toEqual([]);
    const page = await read(pageOf(journalRecordSchema), call('GET', '/v1/journal?limit=1000'));
    const [last] = page.items.map(({ body }) => body).filter((b) => b.kind === 'learning-reset');
    expect(last).toMatchObject({ ...reset, by: expect.stringMatching(/./) as string });
  });

  it('carries a write out once for one idempotency key', async () => {
    const freeze = (reason: string) =>
      call('POST', '/v1/freeze', { reason }, OPERATOR, { 'idempotency-key': 'freeze-1' });
    const before = await records();
    const [first, second] = await Promise.all([freeze('once'), freeze('once')]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await freeze('once')).headers.get('idempotent-replayed')).toBe('true');
    expect((await refused(freeze('twice')))[1]).toBe('idempotency-conflict');
    expect(await records()).toBe(before + 1);
    await call('POST', '/v1/unfreeze');
  });

  const records = async (): Promise<number> => {
    const page = await read(pageOf(journalRecordSchema), call('GET', '/v1/journal?limit=1000'));
    return page.items.filter(({ body }) => body.kind === 'frozen').length;
  };

  it('describes itself in OpenAPI, request bodies and answers included', async () => {
    const document = (await (await call('GET', '/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { requestBody?: unknown; responses: unknown }>>;
    };
    expect(document.openapi).toMatch(/^3\./);
    const put = document.paths['/v1/intents/{kind}/{name}']?.['put'];
    expect(JSON.stringify(put?.requestBody)).toContain('apiVersion');
    expect(JSON.stringify(put?.responses)).toContain('generation');
    expect(JSON.stringify(document.paths['/v1/changes']?.['get'])).toContain('awaiting-approval');
  });

  it('serves metrics and a log of constant messages', async () => {
    const text = await (await call('GET', '/metrics', undefined, '')).text();
    expect(text).toMatch(/^weir_event_loop_lag_seconds\{quantile="0.99"\} /m);
    expect(text).toMatch(/^weir_gnmi_sessions\{state="synced"\} \d$/m);
    expect(text).toMatch(/^weir_southbound_operations_total\{verb="image",outcome="done"\} [1-9]/m);
    expect(daemon.lines.every(({ msg, level }) => msg !== undefined && level !== 'error')).toBe(
      true,
    );
    expect(JSON.stringify(daemon.lines)).not.toContain(ADMIN);
  });
});
