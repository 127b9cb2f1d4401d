import { deviceId, type BgpSpeaker, type Device, type Topology } from '@weir/core/model';
import type { Timers } from '@weir/core/ports';

export const ROUTER = deviceId('leaf1');

export const realTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A speaker of two uplinks, both families. */
export const speakerAt = (address: string, over: Partial<BgpSpeaker> = {}): BgpSpeaker => ({
  address,
  tls: { mode: 'insecure', serverName: null },
  nextHops: new Map([
    ['up1', { ipv4: '10.1.1.1', ipv6: '2001:db8:1::1' }],
    ['up2', { ipv4: '10.1.2.1', ipv6: '2001:db8:2::1' }],
  ]),
  method: 'weights',
  localPreference: null,
  med: null,
  communities: [],
  largeCommunities: [],
  asn: 65_000,
  ...over,
});

export function oneRouter(bgp: BgpSpeaker): Topology {
  const interfaces = [...bgp.nextHops.keys()].map(
    (name) => [name, { name, capacityBps: 1e9 }] as const,
  );
  const router: Device = {
    id: ROUTER,
    role: 'leaf',
    group: 'leaf',
    profile: 'gobgp',
    address: '127.0.0.1:9339',
    interfaces: new Map(interfaces),
    weightGridEntries: 64,
    sharedBufferBytes: 0,
    queueOfClass: new Map(),
    bgp,
  };
  return {
    name: 'one-router',
    revision: 'one',
    devices: new Map([[ROUTER, router]]),
    links: [],
    endpoints: new Map(),
  };
}
