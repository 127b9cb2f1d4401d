import { deviceId } from '@weir/core/model';
import { stringify } from 'yaml';
import { loadTopology } from './load-topology';

interface Router {
  name: string;
  role: string;
  profile?: string;
  address?: string;
  interfaces: Record<string, { capacity: string }>;
  nodeSid?: number | string;
  bgp?: Record<string, unknown>;
}

const router = (n: number): Router => ({
  name: `leaf${n}`,
  role: 'leaf',
  profile: 'gobgp',
  address: `10.0.0.${n}:9339`,
  interfaces: { up1: { capacity: '10G' } },
  bgp: { address: `127.0.0.1:5005${n}`, nextHops: { up1: `10.1.${n}.1` } },
});

function load(edit: (routers: Router[]) => void = () => undefined) {
  const devices = [router(1), router(2)];
  edit(devices);
  const metadata = { name: 'fabric' };
  return loadTopology(
    stringify({ apiVersion: 'weir.dev/v1', kind: 'Topology', metadata, spec: { devices } }),
  );
}

describe('speakers in a topology file', () => {
  it('are part of the device', () => {
    const loaded = load((routers) => {
      routers[0]!.bgp = {
        ...routers[0]!.bgp,
        nextHops: { up1: ['10.1.1.1', '2001:db8::1'] },
        method: 'local-preference',
      };
    });
    if (!loaded.ok) throw new Error(loaded.error.reason);
    expect(loaded.value.devices.get(deviceId('leaf1'))?.bgp).toEqual({
      address: '127.0.0.1:50051',
      tls: { mode: 'insecure', serverName: null },
      nextHops: new Map([['up1', { ipv4: '10.1.1.1', ipv6: '2001:db8::1' }]]),
      method: 'local-preference',
      localPreference: 200,
      med: null,
      communities: [],
      largeCommunities: [],
      asn: 23_456,
    });
    expect(loaded.value.devices.get(deviceId('leaf2'))?.bgp?.localPreference).toBeNull();
  });

  it('may say that SR policies are announced, and what segment leads to a device', () => {
    const loaded = load((routers) => {
      routers[0]!.bgp!['srPolicies'] = true;
      routers[0]!.nodeSid = 16_001;
      routers[1]!.nodeSid = 'FC00:0:2::0';
    });
    if (!loaded.ok) throw new Error(loaded.error.reason);
    const [first, second] = [...loaded.value.devices.values()];
    expect([first?.bgp?.srPolicies, first?.nodeSid]).toEqual([true, 16_001]);
    expect([second?.bgp?.srPolicies, second?.nodeSid]).toEqual([undefined, 'fc00:0:2::']);
  });

  it.each<[string, (routers: Router[]) => void, string, string]>([
    [
      'a node SID that another device has',
      (r) => (r[0]!.nodeSid = r[1]!.nodeSid = 16_001),
      'spec.devices[1].nodeSid',
      'of leaf1',
    ],
    ['a reserved node SID', (r) => (r[0]!.nodeSid = 3), 'spec.devices[0].nodeSid', ''],
    ['a shared one', (r) => (r[1]!.bgp = router(1).bgp!), 'spec.devices[1].bgp.address', 'leaf1'],
    ['none for its profile', (r) => delete r[1]!.bgp, 'spec.devices[1].bgp', 'required'],
    ['one for another profile', (r) => delete r[0]!.profile, 'spec.devices[0].bgp', 'openconfig'],
    ['no telemetry', (r) => delete r[0]!.address, 'spec.devices[0].address', 'gNMI'],
    [
      'a next hop behind no interface',
      (r) => (r[0]!.bgp!['nextHops'] = { up2: '10.1.1.1' }),
      'spec.devices[0].bgp.nextHops.up2',
      'did you mean "up1"?',
    ],
    [
      'a bad next hop',
      (r) => (r[0]!.bgp!['nextHops'] = { up1: '10.1.1' }),
      'spec.devices[0].bgp.nextHops.up1',
      'unicast',
    ],
    [
      'plain text off loopback',
      (r) => (r[0]!.bgp!['address'] = '10.0.0.9:50051'),
      'spec.devices[0].bgp.tls',
      'not loopback',
    ],
  ])('are refused with the path of the field: %s', (_, edit, where, reason) => {
    const loaded = load(edit);
    if (loaded.ok) throw new Error('accepted');
    expect(loaded.error.code).toBe('topology-invalid');
    expect(loaded.error.where).toBe(where);
    expect(loaded.error.reason).toContain(reason);
  });
});
