import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config/fabric-config';
import { startFabric, type RunningFabric } from '../start-fabric';
import { planOfScenario } from './fabric-plan';
import { loadScenario } from './load-scenario';

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

const CONFIG = `
apiVersion: weir.dev/v1
kind: Fabric
metadata: { name: any }
spec: { stepMs: 10 }
`;

let directory: string;
let running: RunningFabric | null = null;
const said: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-fabric-'));
  said.length = 0;
});
afterEach(async () => {
  await running?.close();
  running = null;
  rmSync(directory, { recursive: true });
});

async function play(text: string): Promise<RunningFabric['process']> {
  const file = join(directory, 'scenario.yaml');
  writeFileSync(file, text);
  const scenario = loadScenario(file);
  if (!scenario.ok) throw new Error(`${scenario.error.where}: ${scenario.error.reason}`);
  const config = readConfig(CONFIG);
  if (!config.ok) throw new Error(config.error.reason);
  const plan = planOfScenario(scenario.value);
  const started = await startFabric(config.value, plan, (message) => said.push(message));
  if (!started.ok) throw new Error(`${started.error.where}: ${started.error.reason}`);
  running = started.value;
  return running.process;
}

async function until(what: () => boolean, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!what()) {
    if (Date.now() > end) throw new Error(`not in ${deadlineMs} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('plays the events of a scenario file on switches that listen', async () => {
  const fabric = await play(SCENARIO);
  const { world, switches } = fabric;
  expect([...switches.keys()]).toEqual(['leaf1', 'leaf2', 'spine1', 'spine2']);
  expect(world.jobs().map((job) => job.spec.name)).toEqual(['copy']);
  await until(() => world.nowMs >= 100);
  expect(world.portUp('leaf1', 'eth1')).toBe(false);
  expect(world.jobs().map((job) => job.spec.name)).toEqual(['copy', 'later']);
  expect(switches.get('spine2')?.behaviour.maySample()).toBe(false);
  expect(switches.get('leaf2')?.behaviour.faults.failBeforeApply).toBeGreaterThan(0);

  // Settings of the file come over gNMI, so that configuration and data plane agree.
  const prefix = world.network.endpoints.get('h2-1')?.spec.prefix ?? '';
  await until(() => world.settings('leaf1').routes.get(prefix)?.[0]?.weight === 0);
  const weight = [...(switches.get('leaf1')?.config() ?? [])].find(
    ([path]) =>
      path.includes(`[prefix=${prefix}]`) && path.endsWith('[index=1]/config/wecmp-weight'),
  );
  expect(weight?.[1]).toBe('0');
  expect(world.settings('leaf1').queues.get('eth2')?.get('be')?.limit).toEqual({
    kind: 'dynamic',
    scalingFactor: -2,
  });
  await until(() => switches.get('spine1')?.running === false);
  await until(() => switches.get('spine1')?.running === true);
  await until(() => world.portUp('leaf1', 'eth1'));
  expect(switches.get('spine2')?.behaviour.maySample()).toBe(true);
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
