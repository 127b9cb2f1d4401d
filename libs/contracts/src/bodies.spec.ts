import { apiPath, API_PATHS } from './api';
import {
  approveBodySchema,
  freezeBodySchema,
  journalQuerySchema,
  listChangesQuerySchema,
  dryRunQuerySchema,
  proposeBodySchema,
} from './bodies';
import { formatIssues } from './issues';
import { problemOf, problemSchema, PROBLEM_STATUS } from './problem';
import { byteSizeSchema, capacitySchema, hostPortSchema, prefixSchema } from './scalars';
import type { z } from 'zod';

const firstIssue = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('accepted');
  return formatIssues(parsed.error)[0];
};
const route = { device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 3, eth2: 1 } };
const reroute = { type: 'reroute', routes: [route] };
const ecn = {
  type: 'ecn',
  settings: [
    {
      device: 'leaf1',
      interface: 'eth1',
      queue: 'train',
      minThresholdBytes: 1000,
      maxThresholdBytes: 2000,
      maxProbabilityPercent: 20,
    },
  ],
};

const weight = { device: 'leaf1', interface: 'eth1', queue: 'rt', weight: 12 };
const scheduler = { type: 'scheduler', settings: [weight] };

describe('API paths', () => {
  it('are filled in and encoded', () => {
    expect(apiPath('change', { id: 'chg-1' })).toBe('/v1/changes/chg-1');
    expect(apiPath('intent', { kind: 'Drain', name: 'a/../b?x' })).toBe(
      '/v1/intents/Drain/a%2F..%2Fb%3Fx',
    );
    expect(apiPath('status')).toBe('/v1/status');
  });

  it('are all of version 1, but for /version', () => {
    const others = Object.values(API_PATHS).filter((path) => !path.startsWith('/v1/'));
    expect(others).toEqual(['/version']);
  });
});

describe('bodies', () => {
  it('take an action of each type', () => {
    expect(proposeBodySchema.parse({ action: reroute })).toEqual({
      action: reroute,
      objectiveId: null,
      planHash: null,
    });
    expect(proposeBodySchema.safeParse({ action: ecn }).success).toBe(true);
    const buffer = {
      type: 'buffer',
      settings: [{ device: 'leaf1', interface: 'eth1', queue: 'rt', scalingFactor: 2 }],
    };
    expect(proposeBodySchema.safeParse({ action: buffer }).success).toBe(true);
    expect(proposeBodySchema.safeParse({ action: scheduler }).success).toBe(true);
  });

  it.each([
    [{ action: { type: 'undo', changeId: 'chg-1' } }, 'action.type', 'one of reroute'],
    [{ action: { type: 'reroute', routes: [] } }, 'action.routes', ''],
    [
      { action: { type: 'reroute', routes: [{ ...route, weights: { eth1: 0 } }] } },
      'action.routes[0].weights',
      'above 0',
    ],
    [
      { action: { type: 'reroute', routes: [{ ...route, weights: { eth1: 1.5 } }] } },
      'action.routes[0].weights.eth1',
      '',
    ],
    [
      { action: { ...ecn, settings: [{ ...ecn.settings[0], minThresholdBytes: 9000 }] } },
      'action.settings[0].minThresholdBytes',
      'must not be above',
    ],
    [
      { action: { ...scheduler, settings: [weight, { ...weight, weight: 0 }] } },
      'action.settings[1].weight',
      '',
    ],
    [
      { action: { ...scheduler, settings: [{ ...weight, interface: '' }] } },
      'action.settings[0].interface',
      '',
    ],
    [
      { action: { ...scheduler, settings: [{ ...weight, share: 0.5 }] } },
      'action.settings[0].share',
      '',
    ],
    [{ action: reroute, objective: 'x' }, 'objective', 'did you mean "objectiveId"?'],
  ])('refuse the action %j', (value, path, message) => {
    const issue = firstIssue(proposeBodySchema, value);
    expect(issue?.path).toBe(path);
    expect(issue?.message).toContain(message);
  });

  it('want a reason and a hash', () => {
    expect(firstIssue(freezeBodySchema, { reason: '  ' })?.message).toContain('say why');
    expect(firstIssue(approveBodySchema, { planHash: 'yes' })?.path).toBe('planHash');
    expect(approveBodySchema.parse({ planHash: 'ab'.repeat(32) }).reason).toBe('');
  });
});

describe('queries', () => {
  it('are text that becomes values', () => {
    expect(dryRunQuerySchema.parse({})).toEqual({ dryRun: false });
    expect(dryRunQuerySchema.parse({ dryRun: 'true' })).toEqual({ dryRun: true });
    expect(listChangesQuerySchema.parse({ state: 'stuck', limit: '5' })).toEqual({
      state: 'stuck',
      limit: 5,
    });
  });

  it.each([
    [dryRunQuerySchema, { dryRun: 'yes' }, 'dryRun'],
    [listChangesQuerySchema, { state: 'done' }, 'state'],
    [listChangesQuerySchema, { limit: '0' }, 'limit'],
    [listChangesQuerySchema, { limit: '1e3' }, 'limit'],
    [journalQuerySchema, { from: '-1' }, 'from'],
    [journalQuerySchema, { form: '1' }, 'form'],
  ])('are refused when they make no sense', (schema, value, path) => {
    expect(firstIssue(schema, value)?.path).toBe(path);
  });
});

describe('problem details', () => {
  it('carry code and place', () => {
    const refusal = { code: 'not-found', reason: 'no change chg-9', where: 'id' };
    const problem = problemOf(refusal, 'No resource of this name exists.', '/v1/changes/chg-9');
    expect(problemSchema.parse(problem)).toMatchObject({
      type: 'urn:weir:error:not-found',
      status: 404,
      detail: 'no change chg-9',
      code: 'not-found',
      where: 'id',
      instance: '/v1/changes/chg-9',
    });
  });

  it('have an HTTP error status for every code', () => {
    for (const status of Object.values(PROBLEM_STATUS)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });
});

describe('scalars', () => {
  it.each([
    [100e9, 100e9],
    ['100G', 100e9],
    ['1.6T', 1.6e12],
    ['400M', 400e6],
    ['10K', 1e4],
  ])('capacity %s', (value, bps) => {
    expect(capacitySchema.parse(value)).toBe(bps);
  });
  it.each(['', '100', 'G', '100g', '100GB', '-1G', -1, 0, NaN, Infinity, '1e3G', null])(
    'no capacity: %s',
    (value) => {
      expect(capacitySchema.safeParse(value).success).toBe(false);
    },
  );
  it.each([
    ['64MB', 64e6],
    ['32MiB', 33554432],
    [5, 5],
    ['1.5KB', 1500],
  ])('size %s', (value, bytes) => {
    expect(byteSizeSchema.parse(value)).toBe(bytes);
  });
  it.each(['64mb', '0.5B', -1, 1.5, '64 MB'])('no size: %s', (value) => {
    expect(byteSizeSchema.safeParse(value).success).toBe(false);
  });
  it.each(['0.0.0.0/0', '10.0.0.0/8', '192.0.2.1/32', '255.255.255.255/32'])(
    'prefix %s',
    (text) => {
      expect(prefixSchema.safeParse(text).success).toBe(true);
    },
  );
  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.1/24', '1.2.3/8', '2001:db8::/32', '10.0.0.0/ 8'])(
    'no prefix: %s',
    (text) => {
      expect(prefixSchema.safeParse(text).success).toBe(false);
    },
  );
  it.each([
    ['192.0.2.1:9339', true],
    ['[2001:db8::1]:9339', true],
    ['leaf1.example:57400', true],
    ['leaf1', false],
    ['leaf1:0', false],
    ['leaf1:99999', false],
    ['2001:db8::1:9339', false],
  ])('host and port %s: %s', (text, expected) => {
    expect(hostPortSchema.safeParse(text).success).toBe(expected);
  });
});
