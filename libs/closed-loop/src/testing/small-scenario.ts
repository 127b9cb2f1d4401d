import { refuse, type Result } from '@weir/core/base';
import { buildScenario, parseScenario, type Scenario } from '../build/scenario';
import { runScenario, type RunOptions } from '../run/closed-loop';
import type { RunResult } from '../result';

/**
 * Two racks on three spines; a copy of four streams fills one uplink of the service's rack from
 * 10 s on. `trap`: the other uplinks lose packets, which nobody sees before traffic is there.
 */
export const smallScenario = (fields: { readonly trap?: boolean } = {}) => `
apiVersion: weir.dev/v1
kind: Scenario
metadata: { name: small, title: A copy beside a service }
spec:
  durationMs: 40000
  warmupMs: 2000
  topology:
    leafSpine: { leaves: 4, spines: 3, hostsPerLeaf: 4, linkCapacity: 25G, hostCapacity: 25G }
  settings:
    - device: leaf2
      route: { to: leaf1, weights: { spine1: 60, spine2: 1, spine3: 1 } }
    - device: leaf2
      route: { to: leaf3, weights: { spine1: 60, spine2: 1, spine3: 1 } }
  workloads:
    - { name: api, kind: inference, class: interactive, clients: { leaf: leaf1, perLeaf: 2 },
        servers: { leaf: leaf2, perLeaf: 2 }, requestsPerSecond: 200, responseBytes: 24KB }
    - { name: copy, kind: bulk, class: best-effort, started: false, rateLimitBps: 60G, streams: 4,
        sources: { leaf: leaf2, perLeaf: 2, skip: 2 }, destinations: { leaf: leaf3, perLeaf: 2 } }
  events:
    ${fields.trap ? '- { atMs: 500, linkFault: { link: leaf2--spine2, from: leaf2, grayLossRatio: 0.2 } }' : ''}
    ${fields.trap ? '- { atMs: 500, linkFault: { link: leaf2--spine3, from: leaf2, grayLossRatio: 0.2 } }' : ''}
    - { atMs: 10000, startWorkload: { name: copy } }
  intents:
    - apiVersion: weir.dev/v1
      kind: LatencyObjective
      metadata: { name: api }
      spec:
        workloads: [api]
        class: interactive
        thresholdMs: 25
        flows: [{ sources: { hostsOf: api.clients }, destinations: { hostsOf: api.servers } }]
  policy:
    overrides:
      detect: { windowMs: 3000, minCount: 20, holdMs: 3000, clearMs: 5000 }
      limits: { maxLayerShare: 0.5, maxPredictedUtilizationRatio: 1, maxRemovedCapacityRatio: 0.5 }
      verify: { settleMs: 2000, minSamples: 8, maxMs: 20000 }
  expect: { incidents: { min: 1 }, harmfulKept: { max: 0 } }
`;

export const noFiles = (path: string): Result<string> =>
  refuse('scenario-invalid', path, `cannot read ${path}`);

export function built(text: string, seed?: number): Scenario {
  const document = parseScenario(text);
  if (!document.ok) throw new Error(JSON.stringify(document.error));
  const scenario = buildScenario(document.value, { seed, readText: noFiles });
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.error));
  return scenario.value;
}

export async function ran(
  text: string,
  options: RunOptions & { readonly seed?: number },
): Promise<RunResult> {
  const run = await runScenario(built(text, options.seed), options);
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return run.value.result;
}
