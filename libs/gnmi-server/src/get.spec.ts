import { gnmi } from '@weir/proto-gen';
import { toProtoPath } from '@weir/gnmi';
import { MemoryBackend, startTarget, type Target } from './index';
import { codeOf, TestClient } from './testing/client';

const { Encoding, GetRequest_DataType: DataType } = gnmi;
const PORT = '/interfaces/interface[name=e1]';
const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=p]';
const MAX = '18446744073709551615';

let target: Target;
let client: TestClient;

beforeAll(async () => {
  const backend = new MemoryBackend({
    [`${PORT}/config/name`]: 'e1',
    [`${PORT}/config/mtu`]: 9000,
    [`${PROFILE}/config/name`]: 'p',
    [`${PROFILE}/wred/uniform/config/max-threshold`]: MAX,
  });
  backend.setState(PORT, { 'state/oper-status': 'UP', 'state/counters/in-octets': 2n ** 60n });
  backend.setState('/interfaces/interface[name=e2]', { 'state/counters/in-octets': 7.9 });
  target = await startTarget({ address: '127.0.0.1:0', backend, name: 'leaf1' });
  client = new TestClient(target.port);
});

afterAll(async () => {
  client.close();
  await target.close();
});

describe('Capabilities', () => {
  it('tells version, encodings and models', async () => {
    const answer = await client.capabilities();
    expect(answer.gNMIVersion).toBe('0.10.0');
    expect([...answer.supportedEncodings].sort()).toEqual([
      Encoding.JSON,
      Encoding.PROTO,
      Encoding.JSON_IETF,
    ]);
    expect(answer.supportedModels.map((model) => model.name)).toContain('openconfig-qos');
  });
});

describe('Get', () => {
  it('answers a subtree as one JSON_IETF value, state mirroring config', async () => {
    expect(await client.read([PORT])).toEqual({
      [PORT]: {
        'openconfig-interfaces:name': 'e1',
        'openconfig-interfaces:config': { name: 'e1', mtu: 9000 },
        'openconfig-interfaces:state': {
          name: 'e1',
          mtu: 9000,
          'oper-status': 'UP',
          counters: { 'in-octets': '1152921504606846976' },
        },
      },
    });
  });

  it('answers leaf by leaf in PROTO', async () => {
    expect(await client.read([`${PORT}/state`], DataType.ALL, Encoding.PROTO)).toEqual({
      [`${PORT}/state/name`]: 'e1',
      [`${PORT}/state/mtu`]: 9000n,
      [`${PORT}/state/oper-status`]: 'UP',
      [`${PORT}/state/counters/in-octets`]: 2n ** 60n,
    });
  });

  it.each([
    [DataType.CONFIG, ['config']],
    [DataType.STATE, ['state']],
    [DataType.ALL, ['config', 'state']],
  ])('keeps to the data type %s', async (type, containers) => {
    const [tree] = Object.values(await client.read([PORT], type)) as Record<string, unknown>[];
    const names = Object.keys(tree ?? {}).map((name) => name.replace('openconfig-interfaces:', ''));
    expect(names.filter((name) => name !== 'name')).toEqual(containers);
  });

  it('leaves mirrored leaves out of OPERATIONAL', async () => {
    const found = await client.read([PORT], DataType.OPERATIONAL, Encoding.PROTO);
    expect(Object.keys(found)).toEqual([
      `${PORT}/state/oper-status`,
      `${PORT}/state/counters/in-octets`,
    ]);
  });

  it('expands wildcards and lists to their entries, counters whole', async () => {
    const counters = '/interfaces/interface/state/counters/in-octets';
    expect(await client.read([counters])).toEqual({
      [`${PORT}/state/counters/in-octets`]: '1152921504606846976',
      '/interfaces/interface[name=e2]/state/counters/in-octets': '7',
    });
    expect(await client.read(['/.../max-threshold'], DataType.CONFIG)).toEqual({
      [`${PROFILE}/wred/uniform/config/max-threshold`]: MAX,
    });
  });

  it('does not round in plain JSON either', async () => {
    const path = `${PROFILE}/wred/uniform/config`;
    const request = gnmi.GetRequest.create({ path: [toProtoPath(path)], encoding: Encoding.JSON });
    const held = (await client.get(request)).notification[0]?.update[0]?.val?.value;
    expect(held?.$case === 'jsonVal' && held.value.toString()).toBe(`{"max-threshold":${MAX}}`);
  });

  it('answers the prefix when there is no path, the root with everything', async () => {
    const prefix = toProtoPath(`${PORT}/config/mtu`, 'openconfig', 'leaf1');
    const answer = await client.get(gnmi.GetRequest.create({ prefix, encoding: Encoding.PROTO }));
    expect(answer.notification[0]?.update).toHaveLength(1);
    expect(answer.notification[0]?.prefix).toMatchObject({ origin: 'openconfig', target: 'leaf1' });
    const root = Object.values(await client.read(['/']))[0] as object;
    expect(Object.keys(root)).toEqual(['openconfig-interfaces:interfaces', 'openconfig-qos:qos']);
  });

  it('answers an empty container with nothing, and an open list with no entries', async () => {
    expect(await client.read(['/qos/buffer-allocation-profiles'])).toEqual({
      '/qos/buffer-allocation-profiles': {},
    });
    expect(
      await client.read(['/qos/buffer-allocation-profiles/buffer-allocation-profile']),
    ).toEqual({});
    expect(await client.read([`${PORT}/ethernet/config`])).toEqual({
      [`${PORT}/ethernet/config`]: {},
    });
  });

  it.each<[string, Partial<gnmi.GetRequest>, number]>([
    ['an absent leaf', { path: [toProtoPath(`${PORT}/config/description`)] }, 5],
    ['an absent list entry', { path: [toProtoPath('/interfaces/interface[name=e9]')] }, 5],
    [
      'below an absent entry',
      { path: [toProtoPath('/interfaces/interface[name=e9]/ethernet')] },
      5,
    ],
    ['an unknown node', { path: [toProtoPath('/vlans')] }, 5],
    ['one absent of several', { path: [toProtoPath(PORT), toProtoPath('/vlans')] }, 5],
    ['another target', { prefix: toProtoPath('/', '', 'leaf2') }, 3],
    ['an unknown origin', { path: [toProtoPath('/CONFIG_DB', 'sonic-db')] }, 12],
    ['an unknown encoding', { encoding: Encoding.ASCII }, 12],
    ['an encoding beyond the enum', { encoding: 17 as gnmi.Encoding }, 12],
    ['an unknown data type', { type: 9 as gnmi.GetRequest_DataType }, 3],
    ['an unknown model', { useModels: [{ name: 'acme', organization: '', version: '' }] }, 3],
    ['too many wildcards', { path: [toProtoPath('/.../.../.../.../...')] }, 3],
  ])('refuses %s', async (_name, parts, code) => {
    const request = { ...gnmi.GetRequest.create(), encoding: Encoding.JSON_IETF, ...parts };
    expect(await codeOf(client.get(request))).toBe(code);
  });
});
