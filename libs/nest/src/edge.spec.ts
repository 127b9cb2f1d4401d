import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post, Query } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { freezeBodySchema, journalQuerySchema, modeBodySchema } from '@weir/contracts';
import {
  AccessGuard,
  Caller,
  IdempotencyInterceptor,
  IdempotencyStore,
  problem,
  ProblemFilter,
  Public,
  RequiresRole,
  SchemaPipe,
  TokenAuthenticator,
  type AccessToken,
  type Principal,
} from './index';

let runs = 0;
const failures: unknown[] = [];

@Controller()
class ThingController {
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('list')
  @RequiresRole('viewer')
  list(
    @Query({ schema: journalQuerySchema }) query: unknown,
    @Caller() caller: Principal,
  ): unknown {
    return { query, caller };
  }

  @Post('write')
  @HttpCode(202)
  @RequiresRole('operator')
  write(@Body({ schema: freezeBodySchema }) body: { reason: string }): unknown {
    runs++;
    if (body.reason === 'refuse') throw problem('frozen', 'spec', 'The freeze is on.');
    if (body.reason === 'break') throw new Error('secret detail');
    return { runs, reason: body.reason };
  }

  @Post('mode')
  @RequiresRole('operator')
  mode(@Body({ schema: modeBodySchema }) body: unknown): unknown {
    return body;
  }

  @Post('unmarked')
  unmarked(): string {
    return 'admins only';
  }
}

async function listen(tokens: readonly AccessToken[]): Promise<[INestApplication, string]> {
  const log = {
    info: () => {},
    warn: () => {},
    error: (...line: unknown[]) => failures.push(line),
  };
  @Module({
    controllers: [ThingController],
    providers: [
      { provide: APP_FILTER, useValue: new ProblemFilter({ titleOf: (code) => `T ${code}`, log }) },
      {
        provide: APP_GUARD,
        useFactory: (reflector: Reflector) =>
          new AccessGuard(reflector, new TokenAuthenticator(tokens)),
        inject: [Reflector],
      },
      {
        provide: APP_INTERCEPTOR,
        useValue: new IdempotencyInterceptor(new IdempotencyStore(() => 0)),
      },
      { provide: APP_PIPE, useValue: new SchemaPipe() },
    ],
  })
  class ThingModule {}
  const module = await Test.createTestingModule({ imports: [ThingModule] }).compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return [app, `http://127.0.0.1:${port}`];
}

const TOKENS: AccessToken[] = [
  { name: 'ann', role: 'viewer', token: 'viewer-token-0001' },
  { name: 'bob', role: 'operator', token: 'operator-token-01' },
];

describe('with tokens', () => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    [app, url] = await listen(TOKENS);
  });
  afterAll(() => app.close());

  const call = (path: string, token: string | null, body?: unknown, headers = {}) =>
    fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  it('lets public handlers through and knows the caller of the others', async () => {
    expect((await call('/open', null)).status).toBe(200);
    const answer = await call('/list?limit=5', 'viewer-token-0001');
    expect(await answer.json()).toEqual({
      query: { limit: 5 },
      caller: { name: 'ann', role: 'viewer' },
    });
  });

  it.each([
    ['no token', '/list', null, undefined, 401, 'unauthenticated', 'header.authorization'],
    [
      'a wrong token',
      '/list',
      'viewer-token-0002',
      undefined,
      401,
      'unauthenticated',
      'header.authorization',
    ],
    [
      'a lower role',
      '/write',
      'viewer-token-0001',
      { reason: 'x' },
      403,
      'forbidden',
      'header.authorization',
    ],
    [
      'an unmarked handler',
      '/unmarked',
      'operator-token-01',
      {},
      403,
      'forbidden',
      'header.authorization',
    ],
    [
      'a bad query',
      '/list?limit=0',
      'viewer-token-0001',
      undefined,
      400,
      'request-invalid',
      'query.limit',
    ],
    [
      'an unknown parameter',
      '/list?limt=1',
      'viewer-token-0001',
      undefined,
      400,
      'request-invalid',
      'query.limt',
    ],
    ['a missing field', '/write', 'operator-token-01', {}, 400, 'request-invalid', 'reason'],
    [
      'an unknown field',
      '/mode',
      'operator-token-01',
      { mode: 'auto', mod: 1 },
      400,
      'request-invalid',
      'mod',
    ],
    [
      'a body that is no JSON',
      '/write',
      'operator-token-01',
      '{"reason":',
      400,
      'request-invalid',
      'body',
    ],
    ['a refusal', '/write', 'operator-token-01', { reason: 'refuse' }, 409, 'frozen', 'spec'],
    ['an unknown path', '/nothing', 'operator-token-01', undefined, 404, 'not-found', '/nothing'],
  ])('answers %s with problem details', async (_, path, token, body, status, code, where) => {
    const answer = await call(path, token, body);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problemBody = (await answer.json()) as Record<string, unknown>;
    expect(problemBody).toMatchObject({ status, code, where, title: `T ${code}`, instance: path });
    expect(problemBody['type']).toBe(`urn:weir:error:${code}`);
    expect(answer.status).toBe(status);
  });

  it('keeps what broke inside out of the answer and in the log', async () => {
    const answer = await call('/write', 'operator-token-01', { reason: 'break' });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret detail');
    expect(JSON.stringify(failures)).toContain('request failed');
  });

  it('runs a write once for one idempotency key, also at the same time', async () => {
    const before = runs;
    const send = (key: string, reason: string) =>
      call('/write', 'operator-token-01', { reason }, { 'idempotency-key': key });
    const answers = await Promise.all([send('k1', 'a'), send('k1', 'a')]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies[0]).toEqual(bodies[1]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(runs).toBe(before + 1);
    const conflict = await send('k1', 'b');
    expect(await conflict.json()).toMatchObject({
      code: 'idempotency-conflict',
      where: 'header.idempotency-key',
    });
    await send('k2', 'refuse');
    await send('k2', 'refuse');
    expect(runs).toBe(before + 3);
    expect((await send('', 'a')).status).toBe(400);
  });
});

describe('without tokens', () => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    [app, url] = await listen([]);
  });
  afterAll(() => app.close());

  it('takes everyone for admin, but not a web page', async () => {
    expect((await fetch(`${url}/unmarked`, { method: 'POST' })).status).toBe(201);
    const page = { origin: 'https://evil.example' };
    const refused = await fetch(`${url}/unmarked`, { method: 'POST', headers: page });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'forbidden', where: 'header.host' });
  });
});
