import type {
  Change,
  DeviceId,
  EngineStatus,
  Incident,
  IntentResource,
  Plan,
} from '@weir/core/model';
import { changeId, deviceId, incidentId, intentId, ruleName } from '@weir/core/model';

const WEIGHT =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]' +
  '/static-routes/static[prefix=10.0.2.0/24]/next-hops/next-hop[index=1]/config/wecmp-weight';

/** A plan with one leaf of each kind of difference. */
function samplePlan(device: DeviceId): Plan {
  const leaves = [
    { path: WEIGHT, before: 32, after: 20 },
    { path: '/a/b[k=v]/c', before: null, after: 'new' },
    { path: '/a/b[k=v]/d', before: 'old', after: null },
    { path: '/system/config/hostname', before: 'a', after: 'b' },
  ];
  return {
    formatVersion: 1,
    hash: 'ab'.repeat(32),
    baseHash: 'cd'.repeat(32),
    topologyRevision: 'r1',
    stages: [[device]],
    diffs: [{ device, leaves }],
    inverse: [
      {
        device,
        leaves: leaves.map(({ path, before, after }) => ({ path, before: after, after: before })),
      },
    ],
    predicted: {
      gainRatio: -0.34,
      uncertaintyRatio: 0.05,
      maxUtilizationBefore: 0.93,
      maxUtilizationAfter: 0.61,
      explanation: 'leaf1:eth1 falls from 93 % to 61 %',
    },
    disruption: 'flows-move',
    touches: {
      links: ['leaf1:eth1--spine1:eth1'],
      prefixes: ['10.0.2.0/24'],
      workloads: ['chat'],
    },
    checks: [
      { name: 'loop-free', passed: true, code: null, detail: '' },
      { name: 'blast-radius', passed: false, code: 'blast-radius', detail: '9 devices, limit 8' },
    ],
    risk: { level: 'medium', reasons: ['moves flows of one prefix'] },
  };
}

/** A change as the engine has it. */
export function sampleChange(fields: Partial<Change> = {}): Change {
  const device = deviceId('leaf1');
  return {
    id: changeId('chg-7'),
    origin: 'rule',
    rule: ruleName('reroute'),
    incident: incidentId('inc-3'),
    intent: null,
    objectiveId: 'LatencyObjective/chat',
    action: { type: 'reroute', routes: [{ device, prefix: '10.0.2.0/24', weights: { eth1: 20 } }] },
    mode: 'approve',
    plan: samplePlan(device),
    verify: {
      settleMs: 1000,
      minSamples: 10,
      maxMs: 60_000,
      minGainRatio: 0.05,
      alpha: 0.05,
      harm: { objectiveRatio: 0.1, otherObjectivesRatio: 0.1, lossIncrease: 0.001 },
      onInconclusive: 'rollback',
    },
    state: 'awaiting-approval',
    reason: 'p95 150 ms against 100 ms',
    createdMs: 1_000_000,
    updatedMs: 1_000_500,
    expiresMs: 1_900_000,
    deadlineMs: null,
    leaseUntilMs: null,
    times: { observed: 900_000, detected: 930_000 },
    devices: {
      leaf1: {
        progress: 'untouched',
        preImage: null,
        commitConfirmed: true,
        commitId: 'w-7',
        attempts: 0,
        lastVerb: null,
        lastError: '',
      },
    },
    verdict: null,
    approvedBy: null,
    cause: 'congestion',
    ...fields,
  };
}

export function sampleIncident(): Incident {
  return {
    id: incidentId('inc-3'),
    objectiveId: 'LatencyObjective/chat',
    ...({ symptom: 'latency', symptomEvidence: ['the 95th percentile is 150.0 ms'] } as const),
    state: 'open',
    observedMs: 900_000,
    detectedMs: 930_000,
    diagnosedMs: 931_000,
    closedMs: null,
    healthyQuantileMs: 35,
    degradedQuantileMs: 150,
    diagnosis: {
      atMs: 931_000,
      causes: [
        {
          name: 'congestion',
          score: 0.9,
          probability: 0.97,
          parts: [{ signal: 'utilization', value: 0.9312, weight: 0.9 }],
          at: 'leaf1:eth1',
          evidence: ['93 % against 80 %'],
        },
      ],
      rejected: [{ name: 'link-failure', why: 'none of the 6 links on the paths is down' }],
      facts: {
        slo: {
          breached: true,
          quantileMs: 150,
          thresholdMs: 100,
          severity: 1.5,
          class: 'real-time-inference',
          metric: 'request-latency',
        },
        path: {
          maxUtilizationRatio: 0.93,
          maxLossRatio: null,
          bestAlternativeUtilizationRatio: 0.2,
          downLinks: 0,
          imbalanceRatio: 1,
          ownShareRatio: null,
          grayLossRatio: null,
          fanIn: 0,
        },
        queue: {
          depthBytes: null,
          depthRatio: null,
          peakDepthBytes: null,
          lossRatio: null,
          markRatio: null,
          delayMs: null,
          standingRatio: null,
          starved: false,
          shareRatio: null,
        },
        loss: { ratio: null },
        forecast: {
          maxUtilizationRatio: null,
          upperUtilizationRatio: null,
          lowerUtilizationRatio: null,
          horizonMs: null,
        },
        cause: { name: 'congestion', score: 0.9 },
      },
    },
    rule: ruleName('reroute'),
    changes: [changeId('chg-7')],
    note: '',
  };
}

export function sampleIntent(kind = 'Drain', name = 'replace-optics'): IntentResource {
  return {
    apiVersion: 'weir.dev/v1',
    kind,
    metadata: { name, labels: { team: 'net' }, generation: 1, createdMs: 1_000_000 },
    priority: 500,
    spec: { link: 'leaf1:eth1', reason: 'optics' },
  };
}

export function sampleStatus(): EngineStatus {
  return {
    phase: 'holding',
    holdReason: '30 % of the channels are unknown',
    epoch: 4,
    frozen: { by: 'ops', reason: 'maintenance' },
    topologyRevision: 'r1',
    policy: { name: 'default', hash: 'ef'.repeat(32) },
    devices: [
      {
        device: 'leaf1',
        session: 'synced',
        ageMs: 400,
        fenced: false,
        commitConfirmed: true,
        openChange: 'chg-7',
      },
      {
        device: 'leaf2',
        session: 'unknown',
        ageMs: null,
        fenced: true,
        commitConfirmed: null,
        openChange: null,
      },
    ],
    objectives: [
      {
        id: 'LatencyObjective/chat',
        intent: 'LatencyObjective/chat',
        state: 'breached',
        quantile: 0.95,
        quantileMs: 150.25,
        thresholdMs: 100,
        attainedRatio: 0.9912,
        windows: 400,
      },
    ],
    intents: [
      {
        id: intentId('Drain', 'replace-optics'),
        observedGeneration: 1,
        conditions: [
          {
            type: 'InForce',
            status: 'unknown',
            reason: 'NotReadBack',
            message: 'leaf1 has not been read back',
            lastTransitionMs: 1_000_000,
          },
        ],
        figures: { routes: 2, p95Ms: null },
      },
    ],
    hottest: [{ channel: 'leaf1:eth1', utilizationRatio: 0.93, lossRatio: null }],
    telemetry: { channels: 10, unknownChannels: 3, frame: 77 },
    forecast: {
      series: 4,
      foretold: 3,
      horizonMs: 30_000,
      errorRatio: 0.71,
      coverageRatio: null,
      wantedCoverageRatio: 0.9,
      foreseen: [{ objectiveId: 'LatencyObjective/chat', inMs: 12_000 }],
    },
  };
}
