import { formatIssues, scenarioSchema, summarize } from '@weir/contracts';
import { assert, refuse, seededRandom } from '@weir/core/base';
import { buildScenario, type Scenario } from '../build/scenario';
import type { Draft } from './draft';

/** Seconds instead of the default policy's half minute, so that a run is short. */
const DETECT = {
  'request-latency': { windowMs: 3_000, minCount: 20, holdMs: 3_000, clearMs: 5_000 },
  'iteration-time': { windowMs: 4_000, minCount: 4, holdMs: 4_000, clearMs: 5_000 },
};

export interface Times {
  /** Null: nothing goes wrong. */
  readonly onsetMs: number | null;
  readonly durationMs: number;
  readonly warmupMs: number;
}

/** The scenario of a draft; a draft that does not build is a bug of its cause. */
export function scenarioOf(name: string, draft: Draft, times: Times, seed: number): Scenario {
  const { metric } = draft.sufferer;
  const watched = [draft.sufferer, ...(draft.others ?? [])];
  // Half of the jobs have workers that report about themselves; nothing else depends on it.
  const reportWorkers = seededRandom(seed).fork('workers').next() < 0.5;
  const parsed = scenarioSchema.safeParse({
    apiVersion: 'weir.dev/v1',
    kind: 'Scenario',
    metadata: { name, title: draft.story },
    spec: {
      description: draft.story,
      durationMs: times.durationMs,
      warmupMs: times.warmupMs,
      seed,
      topology: draft.topology,
      ...(draft.queues === undefined ? {} : { queues: draft.queues }),
      settings: draft.settings,
      workloads: draft.workloads.map((workload) =>
        workload.kind === 'training' ? { ...workload, reportWorkers } : workload,
      ),
      events: draft.events,
      intents: draft.intents,
      policy: {
        overrides: {
          detect: DETECT[metric === 'request-latency' ? metric : 'iteration-time'],
          limits: { maxDevicesPerChange: 16, maxLayerShare: 1 },
          verify: { settleMs: 2_000, minSamples: 8, maxMs: 20_000 },
        },
      },
      measures: watched.map(({ workload, metric: of, quantile }) => ({
        ...{ workload, quantile },
        metric: of,
      })),
    },
  });
  assert(
    parsed.success,
    `${name} is a scenario: ${parsed.success ? '' : JSON.stringify(summarize(formatIssues(parsed.error)))}`,
  );
  const built = buildScenario(parsed.data, {
    seed,
    readText: (path) => refuse('scenario-invalid', path, 'a drawn incident reads no file'),
  });
  assert(built.ok, `${name} builds: ${built.ok ? '' : JSON.stringify(built.error)}`);
  return built.value;
}
