import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwitchImage } from '@weir/openconfig-switch';
import { World } from '@weir/sim';
import { SimulatedSwitch } from '../switch/simulated-switch';
import { SwitchBackend } from '../switch/switch-backend';
import { planOfScenario } from './fabric-plan';
import { loadScenario } from './load-scenario';
import { TimelinePlayer } from './timeline-player';

const SCENARIO = `
apiVersion: weir.dev/v1
kind: Scenario
metadata: { name: little }
spec:
  durationMs: 60000
  topology: { leafSpine: { leaves: 2, spines: 2, hostsPerLeaf: 2 } }
  workloads:
    - { kind: bulk, name: copy, sources: [h1-1], destinations: [h2-1], streams: 4 }
    - { kind: bulk, name: later, started: false, sources: [h1-2], destinations: [h2-2], streams: 2 }
  events:
    - { atMs: 100, linkFault: { link: 'leaf1:eth1--spine1:eth1', up: false } }
    - { atMs: 100, startWorkload: { name: later } }
    - { atMs: 100, telemetry: { device: 'spine*', fault: silent } }
    - { atMs: 100, southbound: { device: leaf2, fault: rejects } }
    - atMs: 200
      settings:
        - { device: leaf1, route: { to: h2-1, weights: { eth1: 0, eth2: 64 } } }
        - { device: leaf1, queue: { interface: eth2, name: be, scalingFactor: -2 } }
    - { atMs: 200, switchDown: { device: spine1 } }
    - { atMs: 500, switchUp: { device: spine1 } }
    - { atMs: 500, telemetry: { device: 'spine*', fault: none } }
    - { atMs: 600, linkRestore: { link: 'leaf1:eth1--spine1:eth1' } }
`;

const HOST = '127.0.0.1';

let directory: string;
const switches = new Map<string, SimulatedSwitch>();
const said: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-fabric-'));
  said.length = 0;
});
afterEach(async () => {
  await Promise.all([...switches.values()].map((entry) => entry.close()));
  switches.clear();
  rmSync(directory, { recursive: true });
});

/** Switches of a scenario that listen, in a world that moves when the test says so. */
async function playground(text: string): Promise<{ world: World; player: TimelinePlayer }> {
  const file = join(directory, 'scenario.yaml');
  writeFileSync(file, text);
  const scenario = loadScenario(file);
  if (!scenario.ok) throw new Error(`${scenario.error.where}: ${scenario.error.reason}`);
  const { spec, seed, jobs, timeline, settingsOf } = planOfScenario(scenario.value);
  const world = new World(spec, seed);
  for (const { name } of spec.switches) {
    const image = new SwitchImage(spec, name, settingsOf(name, world.settings(name)));
    const backend = new SwitchBackend(world, image, { nowNs: () => BigInt(world.nowMs) });
    const entry = new SimulatedSwitch(name, world, backend, (message) => said.push(message));
    await entry.start(HOST, 0);
    switches.set(name, entry);
  }
  for (const job of jobs) expect(world.startJob(job).ok).toBe(true);
  const log = (message: string): number => said.push(message);
  return { world, player: new TimelinePlayer(timeline, { world, switches, host: HOST, log }) };
}

const named = (name: string): SimulatedSwitch => {
  const entry = switches.get(name);
  if (entry === undefined) throw new Error(`no switch ${name}`);
  return entry;
};

it('plays the events of a scenario file on switches that listen', async () => {
  const { world, player } = await playground(SCENARIO);
  const passTo = async (ms: number): Promise<void> => {
    world.advanceTo(ms);
    await player.play();
  };
  expect([...switches.keys()]).toEqual(['leaf1', 'leaf2', 'spine1', 'spine2']);
  await passTo(99);
  expect(player.nextMs()).toBe(100);
  expect(world.jobs().map((job) => job.spec.name)).toEqual(['copy']);

  await passTo(100);
  expect(world.portUp('leaf1', 'eth1')).toBe(false);
  expect(world.jobs().map((job) => job.spec.name)).toEqual(['copy', 'later']);
  expect(named('spine2').behaviour.maySample()).toBe(false);
  expect(named('leaf2').behaviour.faults.failBeforeApply).toBeGreaterThan(0);

  await passTo(200);
  // Settings of the file come over gNMI, so that configuration and data plane agree.
  const prefix = world.network.endpoints.get('h2-1')?.spec.prefix ?? '';
  const hops = world.settings('leaf1').routes.get(prefix);
  expect(hops?.map((hop) => hop.weight)).toEqual([0, 64]);
  const [, weight] =
    [...named('leaf1').config()].find(
      ([path]) =>
        path.includes(`[prefix=${prefix}]`) && path.endsWith('[index=1]/config/wecmp-weight'),
    ) ?? [];
  expect(weight).toBe('0');
  expect(world.settings('leaf1').queues.get('eth2')?.get('be')?.limit).toEqual({
    kind: 'dynamic',
    scalingFactor: -2,
  });
  expect(named('spine1').running).toBe(false);

  await passTo(500);
  expect(named('spine1').running).toBe(true);
  expect(named('spine2').behaviour.maySample()).toBe(true);
  await passTo(600);
  expect(world.portUp('leaf1', 'eth1')).toBe(true);
  expect(player.nextMs()).toBe(Infinity);
  expect(said.filter((line) => line.includes('did not work'))).toEqual([]);
});

it('refuses a scenario with the field at fault', () => {
  const file = join(directory, 'scenario.yaml');
  writeFileSync(file, SCENARIO.replace('sources: [h1-1]', 'sources: [h9-1]'));
  const refused = loadScenario(file);
  if (refused.ok) throw new Error('accepted');
  expect(refused.error.where).toBe('spec.workloads[0].sources[0]');
  const missing = loadScenario(join(directory, 'nothing.yaml'));
  expect(missing.ok).toBe(false);
});
