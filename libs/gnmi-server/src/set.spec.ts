import { gnmi, gnmiExt } from '@weir/proto-gen';
import { toProtoPath } from '@weir/gnmi';
import { MemoryBackend, startTarget, type Target, type TargetBehaviour } from './index';
import { jsonIetf, setRequest, TestClient, type Written } from './testing/client';

const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=p]';
const UNIFORM = `${PROFILE}/wred/uniform/config`;
const QUEUE = '/qos/interfaces/interface[interface-id=e1]/output/queues/queue[name=rt]';
const MTU = '/interfaces/interface[name=e1]/config/mtu';
const MAX = '18446744073709551615';

const STARTUP = { [`${PROFILE}/config/name`]: 'p', [MTU]: 1500 };
const BOUND: readonly Written[] = [
  [`${QUEUE}/config/name`, 'rt'],
  [`${QUEUE}/config/queue-management-profile`, 'p'],
];

let backend: MemoryBackend;
let target: Target;
let client: TestClient;
let behaviour: TargetBehaviour;
let errors: unknown[];

beforeEach(async () => {
  backend = new MemoryBackend(STARTUP);
  behaviour = {};
  errors = [];
  target = await startTarget({
    address: '127.0.0.1:0',
    backend,
    name: 'leaf1',
    behaviour: new Proxy({}, { get: (_none, hook) => Reflect.get(behaviour, hook) as unknown }),
    onError: (_message, error) => errors.push(error),
  });
  client = new TestClient(target.port);
});

afterEach(async () => {
  client.close();
  await target.close();
});

const config = (): Record<string, unknown> => Object.fromEntries(target.config());

describe('Set', () => {
  it('runs delete, replace and update in this order and answers each', async () => {
    const response = await client.set(
      setRequest({
        update: [[`${UNIFORM}/max-threshold`, MAX]],
        replace: [[`${PROFILE}/wred`, { uniform: { config: { 'min-threshold': '1000' } } }]],
        delete: [MTU, '/interfaces/interface[name=unknown]'],
      }),
    );
    expect(config()).toEqual({
      [`${PROFILE}/config/name`]: 'p',
      [`${UNIFORM}/min-threshold`]: '1000',
      [`${UNIFORM}/max-threshold`]: MAX,
    });
    const { DELETE, REPLACE, UPDATE } = gnmi.UpdateResult_Operation;
    expect(response.response.map((result) => result.op)).toEqual([DELETE, DELETE, REPLACE, UPDATE]);
    expect(backend.applied).toHaveLength(1);
    expect(target.counts).toEqual({ setsReceived: 1, setsApplied: 1 });
  });

  it('takes trees, lists, module prefixes, scalars of every encoding, prefix and origin', async () => {
    const request = gnmi.SetRequest.create({
      prefix: toProtoPath('/openconfig-qos:qos', 'openconfig', 'leaf1'),
      update: [
        {
          path: toProtoPath('/openconfig-qos:queue-management-profiles'),
          val: jsonIetf({
            'openconfig-qos:queue-management-profile': [
              { name: 'a', config: { name: 'a' }, wred: { uniform: { config: { weight: 0 } } } },
            ],
          }),
        },
        {
          path: toProtoPath(
            '/queue-management-profiles/queue-management-profile[name=a]/wred/uniform/config/max-threshold',
          ),
          val: { value: { $case: 'uintVal', value: 2n ** 64n - 1n } },
        },
      ],
    });
    await client.set(request);
    const at = '/qos/queue-management-profiles/queue-management-profile[name=a]';
    expect(config()).toMatchObject({
      [`${at}/config/name`]: 'a',
      [`${at}/wred/uniform/config/weight`]: 0,
      [`${at}/wred/uniform/config/max-threshold`]: MAX,
    });
  });

  it('deletes by wildcard and by list', async () => {
    await client.set(setRequest({ update: BOUND }));
    await client.set(
      setRequest({ delete: ['/qos/interfaces/interface/output/queues/queue[name=*]'] }),
    );
    expect(Object.keys(config())).toEqual(Object.keys(STARTUP));
  });

  it('does not bother the device when nothing changes', async () => {
    await client.set(setRequest({ update: [[MTU, 1500]] }));
    expect(backend.applied).toEqual([]);
  });

  it.each<[string, Parameters<typeof setRequest>[0], number]>([
    ['a bad value', { update: [[MTU, 70_000]] }, 3],
    ['a bad type', { update: [[MTU, 'large']] }, 3],
    ['min above max', { update: [[UNIFORM, { 'min-threshold': '2', 'max-threshold': '1' }]] }, 3],
    ['101 %', { update: [[`${UNIFORM}/max-drop-probability-percent`, 101]] }, 3],
    ['a dangling reference', { update: [[`${QUEUE}/config/queue-management-profile`, 'none']] }, 3],
    ['a bound profile deleted', { delete: [PROFILE], update: BOUND }, 3],
    ['contradicting keys', { update: [[`${QUEUE}/config/name`, 'other']] }, 3],
    ['a list without keys', { update: [['/interfaces/interface/config/mtu', 9000]] }, 3],
    ['state', { update: [['/interfaces/interface[name=e1]/state/mtu', 9000]] }, 3],
    ['state in a tree', { update: [['/interfaces/interface[name=e1]', { state: { mtu: 9 } }]] }, 3],
    ['deleting state', { delete: ['/interfaces/interface[name=e1]/state'] }, 3],
    ['an empty list entry', { replace: [[PROFILE, {}]] }, 3],
    ['a wildcard in update', { update: [['/interfaces/interface[name=*]/config/mtu', 9000]] }, 3],
    ['an unknown node', { update: [['/interfaces/interface[name=e1]/config/colour', 'red']] }, 5],
    ['an unknown node in a tree', { update: [['/interfaces', { vlan: {} }]] }, 5],
    ['deleting an unknown node', { delete: ['/bgp/neighbors'] }, 5],
  ])('refuses %s and changes nothing', async (_name, parts, code) => {
    expect(await client.setCode(setRequest({ update: [[MTU, 9000]], ...merge(parts) }))).toBe(code);
    expect(config()).toEqual(STARTUP);
    expect(backend.applied).toEqual([]);
    expect(errors).toEqual([]);
  });

  /** The bad part stands behind a good one. */
  const merge = (parts: Parameters<typeof setRequest>[0]): Parameters<typeof setRequest>[0] => ({
    ...parts,
    update: [[MTU, 9000], ...(parts.update ?? [])],
  });

  it.each<[string, Partial<gnmi.SetRequest>, number]>([
    ['union_replace', { unionReplace: [gnmi.Update.create({ path: toProtoPath('/') })] }, 12],
    ['an unknown origin', { delete: [toProtoPath('/a', 'leaf1_cli')] }, 12],
    [
      'origin twice',
      {
        prefix: toProtoPath('/', 'openconfig'),
        delete: [toProtoPath('/interfaces', 'openconfig')],
      },
      3,
    ],
    ['another target', { prefix: toProtoPath('/', '', 'leaf2') }, 3],
    ['target outside the prefix', { delete: [toProtoPath('/interfaces', '', 'leaf1')] }, 3],
    ['an update without a value', { update: [gnmi.Update.create({ path: toProtoPath(MTU) })] }, 3],
    [
      'broken JSON',
      {
        update: [
          gnmi.Update.create({
            path: toProtoPath(MTU),
            val: { value: { $case: 'jsonVal', value: Buffer.from('{') } },
          }),
        ],
      },
      3,
    ],
    [
      'proto bytes',
      {
        update: [
          gnmi.Update.create({
            path: toProtoPath(MTU),
            val: { value: { $case: 'protoBytes', value: Buffer.from('') } },
          }),
        ],
      },
      12,
    ],
    ['an element without a name', { delete: [gnmi.Path.create({ elem: [{ name: '' }] })] }, 3],
  ])('refuses %s', async (_name, parts, code) => {
    expect(await client.setCode({ ...gnmi.SetRequest.create(), ...parts })).toBe(code);
    expect(config()).toEqual(STARTUP);
  });

  it('answers a refusal of the device with ABORTED and keeps the configuration', async () => {
    backend.refuseWith = new Error('no room in the table');
    expect(await client.setCode(setRequest({ update: [[MTU, 9000]] }))).toBe(10);
    expect(config()).toEqual(STARTUP);
  });

  it('serves one Set at a time', async () => {
    const sizes = Array.from({ length: 20 }, (_none, index) => 9000 + index);
    await Promise.all(sizes.map((mtu) => client.set(setRequest({ update: [[MTU, mtu]] }))));
    const steps = backend.applied.map(([diff]) => [diff?.before, diff?.after]);
    expect(steps.map(([, after]) => after)).toEqual([...sizes]);
    expect(steps.map(([before]) => before)).toEqual([1500, ...sizes.slice(0, -1)]);
  });
});

describe('faults on demand', () => {
  it('fails a Set after applying it', async () => {
    behaviour = { afterApply: () => Promise.reject(new Error('line card reset')) };
    expect(await client.setCode(setRequest({ update: [[MTU, 9000]] }))).toBe(13);
    expect(config()).toMatchObject({ [MTU]: 9000 });
    expect(errors).toHaveLength(1);
  });

  it('drops the session in the middle of a Set, and is there again', async () => {
    behaviour = { afterApply: () => target.dropSessions() };
    expect([13, 14, 1]).toContain(await client.setCode(setRequest({ update: [[MTU, 9000]] })));
    behaviour = {};
    expect(await client.read([MTU])).toEqual({ [MTU]: 9000 });
  });

  it('reboots to the confirmed configuration on the same port', async () => {
    const commit = gnmiExt.Commit.create({ id: 'c', action: { $case: 'commit', value: {} } });
    await client.set(setRequest({ update: [[MTU, 9000]], commit }));
    await target.reboot(10);
    expect(target.pendingCommit()).toBeNull();
    expect(await client.read([MTU])).toEqual({ [MTU]: 1500 });
  });
});

describe('master arbitration', () => {
  const arbitrated = (low: bigint | null, role?: string): gnmi.SetRequest => ({
    ...setRequest({ update: [[MTU, 9000]] }),
    extension: [
      {
        ext: {
          $case: 'masterArbitration',
          value: {
            role: role === undefined ? undefined : { id: role },
            electionId: low === null ? undefined : { high: 0n, low },
          },
        },
      },
    ],
  });

  it('lets the highest election id write, per role', async () => {
    expect(await client.setCode(arbitrated(5n))).toBe(0);
    expect(await client.setCode(arbitrated(4n))).toBe(7);
    expect(await client.setCode(arbitrated(4n, 'backup'))).toBe(0);
    expect(await client.setCode(arbitrated(6n))).toBe(0);
    expect(await client.setCode(arbitrated(null))).toBe(3);
    expect(await client.setCode(setRequest({ update: [[MTU, 1500]] }))).toBe(0);
  });
});
