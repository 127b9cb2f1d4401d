import { Histogram } from '../jobs/histogram';
import type { EcnSetting } from '../network/settings';
import { CALM_SERVICE, demoStage } from './demo-stage';
import { World } from '../world';
import { withChanges, type Scenario, type SettingChange } from './scenario';

const stage = demoStage();
const scenarioOf = (name: string): Scenario => {
  const found = stage.scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
};

/** The whole stage with all its scenarios in good times. */
function healthyFabric(): World {
  const fabric = new World(stage.spec, 42);
  const changes = stage.scenarios.flatMap((scenario) => scenario.settings);
  for (const { name } of stage.spec.switches) {
    fabric.configure(name, withChanges(name, fabric.settings(name), changes));
  }
  for (const scenario of stage.scenarios) {
    for (const { link, from, fault } of scenario.faults) fabric.setLinkFault(link, fault, from);
    for (const workload of scenario.baseline) expect(fabric.startJob(workload).ok).toBe(true);
  }
  expect(fabric.startJob(CALM_SERVICE).ok).toBe(true);
  return fabric;
}

function begin(fabric: World, scenario: Scenario): void {
  for (const workload of scenario.incident) {
    fabric.stopJob(workload.name);
    expect(fabric.startJob(workload).ok).toBe(true);
  }
}

/** p95 of a workload over some seconds, after one second to settle. */
function p95(fabric: World, workload: string, seconds = 5): number {
  fabric.advanceTo(fabric.nowMs + 1_000);
  fabric.takeObservations();
  const all = new Histogram();
  fabric.advanceTo(fabric.nowMs + seconds * 1_000);
  for (const entry of fabric.takeObservations()) {
    if (entry.workload === workload) all.merge(entry.histogram);
  }
  return all.quantileMs(0.95);
}

/** What a controller can measure on a path: the facts that the three rules look at. */
function signals(fabric: World, scenario: Scenario) {
  const paths = fabric.pathsBetween(scenario.objective.sources, scenario.objective.destinations);
  const before = new Map(paths.map((key) => [key, snapshot(fabric, key)]));
  fabric.advanceTo(fabric.nowMs + 2_000);
  let utilizationRatio = 0;
  let depthRatio = 0;
  let lossRatio = 0;
  const lossyQueues: string[] = [];
  for (const key of paths) {
    const then = before.get(key);
    const now = snapshot(fabric, key);
    if (then === undefined) continue;
    utilizationRatio = Math.max(
      utilizationRatio,
      ((now.outOctets - then.outOctets) * 8) / 2 / 25e9,
    );
    now.queues.forEach((queue, q) => {
      const dropped = queue.droppedPkts - (then.queues[q]?.droppedPkts ?? 0);
      const sent = queue.transmitPkts - (then.queues[q]?.transmitPkts ?? 0);
      const loss = dropped / Math.max(1, dropped + sent);
      lossRatio = Math.max(lossRatio, loss);
      if (loss > 0.001) lossyQueues.push(`${key}:${stage.spec.queues[q]?.name ?? ''}`);
      // A queue that drops shows its limit as its peak.
      if (q === 0 && loss > 0) {
        depthRatio = Math.max(depthRatio, queue.avgQueueLenBytes / queue.maxQueueLenBytes);
      }
    });
  }
  return { utilizationRatio, depthRatio, lossRatio, lossyQueues };
}

function snapshot(fabric: World, key: string) {
  const [device, name] = key.split(':') as [string, string];
  const port = fabric.counters(device).interfaces.get(name);
  if (port === undefined) throw new Error(`no port ${key}`);
  return structuredClone(port);
}

function change(fabric: World, ...changes: SettingChange[]): void {
  for (const device of new Set(changes.map((item) => item.device))) {
    fabric.configure(device, withChanges(device, fabric.settings(device), changes));
  }
}

function mark(fabric: World, device: string, name: string, ecn: EcnSetting): void {
  const settings = fabric.settings(device);
  const queues = new Map(settings.queues);
  const port = new Map(queues.get(name));
  port.set('train', { dedicatedBytes: 0, limit: { kind: 'dynamic', scalingFactor: 3 }, ecn });
  queues.set(name, port);
  fabric.configure(device, { ...settings, queues });
}

describe('the stage of npm start', () => {
  it('is healthy everywhere before anything happens', () => {
    const fabric = healthyFabric();
    for (const scenario of stage.scenarios) {
      const healthy = p95(fabric, scenario.objective.workload);
      expect(healthy).toBeLessThan(scenario.objective.thresholdMs * 0.85);
    }
  });

  it.each(['reroute', 'suggest'])('%s: hot uplink, cured by other weights', (name) => {
    const scenario = scenarioOf(name);
    const fabric = healthyFabric();
    begin(fabric, scenario);
    const degraded = p95(fabric, scenario.objective.workload);
    expect(degraded).toBeGreaterThan(scenario.objective.thresholdMs * 1.2);
    expect(signals(fabric, scenario).utilizationRatio).toBeGreaterThan(0.9);
    change(fabric, {
      kind: 'route',
      device: scenario.leaves[0] ?? '',
      prefix: name === 'reroute' ? '10.2.1.0/24' : '10.14.1.0/24',
      weights: { eth2: 21, eth3: 21, eth4: 22 },
    });
    expect(p95(fabric, scenario.objective.workload)).toBeLessThan(
      scenario.objective.thresholdMs * 0.85,
    );
  });

  it('buffer: full queue on a link with room, cured by a larger share', () => {
    const scenario = scenarioOf('buffer');
    const fabric = healthyFabric();
    begin(fabric, scenario);
    expect(p95(fabric, 'search')).toBeGreaterThan(scenario.objective.thresholdMs * 1.5);
    const seen = signals(fabric, scenario);
    expect(seen.utilizationRatio).toBeLessThan(0.75);
    expect(seen.depthRatio).toBeGreaterThan(0.55);
    const at = { kind: 'scaling-factor', device: 'leaf4', interface: 'eth5', queue: 'rt' } as const;
    change(fabric, { ...at, scalingFactor: -3 });
    expect(p95(fabric, 'search')).toBeLessThan(scenario.objective.thresholdMs * 0.85);
    expect(signals(fabric, scenario).utilizationRatio).toBeLessThan(0.78);
  });

  it('ecn: loss without a hot link or a deep own queue, cured by marking the training queues', () => {
    const scenario = scenarioOf('ecn');
    const fabric = healthyFabric();
    begin(fabric, scenario);
    expect(p95(fabric, 'vision')).toBeGreaterThan(scenario.objective.thresholdMs * 1.5);
    const seen = signals(fabric, scenario);
    expect(seen.utilizationRatio).toBeLessThan(0.75);
    expect(seen.depthRatio).toBeLessThan(0.3);
    expect(seen.lossRatio).toBeGreaterThan(0.002);
    const training = seen.lossyQueues.filter((key) => key.endsWith(':train'));
    expect(training).toEqual(expect.arrayContaining(['leaf7:eth5:train', 'leaf7:eth6:train']));
    for (const key of training) {
      const [device, name] = key.split(':') as [string, string];
      mark(fabric, device, name, {
        minThresholdBytes: 1e5,
        maxThresholdBytes: 4e5,
        maxProbability: 0.2,
      });
    }
    expect(p95(fabric, 'vision')).toBeLessThan(scenario.objective.thresholdMs * 0.85);
    expect(signals(fabric, scenario).lossRatio).toBeLessThan(0.001);
  });

  it('harmful: the same cure as for a hot uplink makes it worse', () => {
    const scenario = scenarioOf('harmful');
    const fabric = healthyFabric();
    begin(fabric, scenario);
    const degraded = p95(fabric, 'translate');
    expect(degraded).toBeGreaterThan(scenario.objective.thresholdMs * 1.2);
    change(fabric, {
      kind: 'route',
      device: 'leaf10',
      prefix: '10.11.1.0/24',
      weights: { eth2: 21, eth3: 21, eth4: 22 },
    });
    expect(p95(fabric, 'translate')).toBeGreaterThan(degraded * 2);
  });

  it('leaves the calm service alone whatever happens elsewhere', () => {
    const fabric = healthyFabric();
    const before = p95(fabric, CALM_SERVICE.name);
    for (const scenario of stage.scenarios) begin(fabric, scenario);
    expect(p95(fabric, CALM_SERVICE.name) / before).toBeCloseTo(1, 1);
  });
});
