import type { InferenceSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from './world';

const spec = {
  ...leafSpine({ leaves: 4, spines: 2, hostPortsPerLeaf: 2 }),
  remoteFailures: 'withdrawn' as const,
};

const chat: InferenceSpec = {
  kind: 'inference',
  name: 'chat',
  class: 'real-time-inference',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  clients: ['h1-1'],
  servers: ['h2-1', 'h2-2'],
  requestsPerSecond: 400,
  profile: null,
  requestBytes: 2_000,
  responseBytes: 32_000,
  serviceMs: { median: 9, sigma: 0.25 },
  roundTrips: 8,
  microBurst: null,
  connections: 16,
};

function chatting(): World {
  const world = new World(spec, 5);
  expect(world.startJob(chat).ok).toBe(true);
  return world;
}

const port = (world: World, device: string, name: string) => {
  const found = world.counters(device).interfaces.get(name);
  if (found === undefined) throw new Error(`no port ${device}:${name}`);
  return found;
};

describe('what may be wrong with a fabric', () => {
  it('counts the same at both ends of a cable, except where it loses packets', () => {
    const world = chatting();
    expect(world.setLinkFault('leaf1:eth1--spine1:eth1', { grayLossRatio: 0.1 }).ok).toBe(true);
    world.advanceTo(5000);
    const gray = port(world, 'leaf1', 'eth1').inOctets / port(world, 'spine1', 'eth1').outOctets;
    expect(gray).toBeCloseTo(0.9, 6);
    expect(port(world, 'spine1', 'eth1').outDiscards).toBe(0);
    const clean = port(world, 'leaf1', 'eth2').inOctets / port(world, 'spine2', 'eth1').outOctets;
    expect(clean).toBeCloseTo(1, 9);
  });

  it('moves traffic with the weights of the static route', () => {
    const world = chatting();
    const settings = world.settings('leaf2');
    const hops = [
      { interface: 'eth1', weight: 16 },
      { interface: 'eth2', weight: 48 },
    ];
    world.configure('leaf2', {
      ...settings,
      routes: new Map(settings.routes).set('10.1.1.0/24', hops),
    });
    world.advanceTo(2000);
    const ratio = port(world, 'leaf2', 'eth2').outOctets / port(world, 'leaf2', 'eth1').outOctets;
    expect(ratio).toBeCloseTo(3, 6);
    const forwarded = world.counters('leaf2').prefixes.get('10.1.1.0/24') ?? 0;
    const sent = port(world, 'leaf2', 'eth1').outOctets + port(world, 'leaf2', 'eth2').outOctets;
    expect(forwarded / sent).toBeCloseTo(1, 6);
  });

  it('goes around a link that is down, and stalls without any', () => {
    const world = chatting();
    world.setLinkFault('leaf1:eth1--spine1:eth1', { up: false });
    world.advanceTo(2000);
    expect(world.portUp('leaf1', 'eth1')).toBe(false);
    expect(port(world, 'leaf1', 'eth1').outOctets).toBe(0);
    expect(world.takeObservations()[0]?.histogram.quantileMs(0.5)).toBeLessThan(20);
    world.setLinkFault('leaf1:eth2--spine2:eth1', { up: false });
    world.advanceTo(4000);
    expect(world.takeObservations()[0]?.errors).toBeGreaterThan(0);
    expect(world.setLinkFault('leaf1:eth2--spine2:eth1', { up: true }).ok).toBe(true);
    world.advanceTo(6000);
    expect(port(world, 'leaf1', 'eth2').outOctets).toBeGreaterThan(0);
  });

  it('starts the counters of a switch again after it was without power', () => {
    const world = chatting();
    world.advanceTo(2000);
    expect(port(world, 'leaf2', 'eth3').inOctets).toBeGreaterThan(0);
    world.setSwitchUp('leaf2', false);
    world.advanceTo(3000);
    world.setSwitchUp('leaf2', true);
    const { interfaces, prefixes } = world.counters('leaf2');
    for (const counters of interfaces.values()) {
      expect([counters.inOctets, counters.outOctets]).toEqual([0, 0]);
    }
    expect([...prefixes.values()].every((octets) => octets === 0)).toBe(true);
    world.advanceTo(4000);
    expect(port(world, 'leaf2', 'eth3').inOctets).toBeGreaterThan(0);
  });

  it('says what is wrong with a job or a link', () => {
    const world = new World(spec, 1);
    expect(world.startJob({ ...chat, servers: ['h9-9'] })).toMatchObject({
      ok: false,
      error: { where: expect.stringContaining('workloads.chat.servers') as string },
    });
    expect(world.startJob({ ...chat, queue: 'gold' }).ok).toBe(false);
    expect(world.startJob(chat).ok).toBe(true);
    expect(world.startJob(chat)).toMatchObject({ error: { code: 'already-exists' } });
    expect(world.setLinkFault('leaf1--leaf2', { up: false })).toMatchObject({
      error: { code: 'not-found' },
    });
    expect(world.stopJob('nobody')).toBe(false);
  });
});
