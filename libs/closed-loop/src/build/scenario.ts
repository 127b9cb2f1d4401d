import { formatIssues, scenarioSchema, summarize, type ScenarioDocument } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import type { Policy, Topology } from '@weir/core/model';
import {
  DEFAULT_QUEUE_SETTINGS,
  defaultSettings,
  type FabricSpec,
  type SwitchSettings,
} from '@weir/sim';
import { parseDocument } from 'yaml';
import type { Windows } from '../result';
import { buildFabric } from './fabric';
import { buildIntent, type BuiltIntent } from './intents';
import { buildJobs, type BuiltJob } from './jobs';
import { buildMeasures, windowsOf, type Measure } from './measures';
import { buildPolicy } from './policy';
import { all, mistake } from './refusals';
import { withSequences } from './sequences';
import { buildSettings } from './settings';
import { buildTimeline, type TimelineEntry } from './timeline';
import { topologyOf } from './topology-model';

/** Text of a file that a scenario names, relative to the scenario. */
export type ReadText = (path: string) => Result<string>;

/** A scenario with every name resolved, ready to run as often as wanted. */
export interface Scenario {
  readonly document: ScenarioDocument;
  readonly seed: number;
  readonly fabric: FabricSpec;
  readonly topology: Topology;
  /** Settings of each switch at the start. */
  readonly settings: ReadonlyMap<string, SwitchSettings>;
  readonly jobs: readonly BuiltJob[];
  readonly timeline: readonly TimelineEntry[];
  readonly intents: readonly BuiltIntent[];
  readonly policy: Policy;
  readonly measures: readonly Measure[];
  readonly windows: Windows;
}

/** Larger files are refused before they are parsed. */
export const MAX_SCENARIO_CHARACTERS = 4_000_000;

/** Refused with `scenario-invalid`: bad YAML, unknown fields, values out of range. */
export function parseScenario(text: string): Result<ScenarioDocument> {
  if (text.length > MAX_SCENARIO_CHARACTERS)
    return mistake('(root)', `longer than ${MAX_SCENARIO_CHARACTERS} characters`);
  let value: unknown;
  try {
    const yaml = parseDocument(text, { prettyErrors: true });
    const [error] = yaml.errors;
    if (error) {
      const at = error.linePos?.[0];
      const where = at ? `line ${at.line}, column ${at.col}` : '(root)';
      return mistake(where, (error.message.split('\n')[0] ?? '').replace(/:$/, ''));
    }
    value = yaml.toJS();
  } catch (cause) {
    // Nesting that exhausts the parser, and aliases that would expand without bound.
    const reason = cause instanceof RangeError ? 'nested too deeply' : (cause as Error).message;
    return mistake('(root)', reason);
  }
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const { where, reason } = summarize(formatIssues(parsed.error));
  return refuse('scenario-invalid', where, reason);
}

/**
 * Builds everything that a run needs. Refused with `scenario-invalid` and the field's path: names
 * of hosts, links, switches, queues, workloads or rules that do not exist, intents that their kind
 * refuses, policies that do not compile, files that cannot be read.
 */
export function buildScenario(
  document: ScenarioDocument,
  options: { readonly seed?: number | undefined; readonly readText: ReadText },
): Result<Scenario> {
  const { metadata, spec } = document;
  const seed = options.seed ?? spec.seed;
  const fabric = buildFabric(metadata.name, spec, options.readText);
  if (!fabric.ok) return fabric;
  const topology = topologyOf(fabric.value);
  const settings = initialSettings(spec, fabric.value);
  if (!settings.ok) return settings;
  const workloads = withSequences(spec.workloads, options.readText);
  if (!workloads.ok) return workloads;
  const jobs = buildJobs(workloads.value, fabric.value, seed);
  if (!jobs.ok) return jobs;
  const intents = all(spec.intents, (intent, i) =>
    buildIntent(intent, topology, jobs.value, `spec.intents[${i}]`),
  );
  if (!intents.ok) return intents;
  const timeline = buildTimeline(spec, { spec: fabric.value, topology, jobs: jobs.value });
  if (!timeline.ok) return timeline;
  const policy = buildPolicy(spec.policy, options.readText);
  if (!policy.ok) return policy;
  const measures = buildMeasures(spec, jobs.value);
  if (!measures.ok) return measures;
  const windows = windowsOf(spec, timeline.value);
  if (!windows.ok) return windows;
  return ok({
    document,
    seed,
    fabric: fabric.value,
    topology,
    settings: settings.value,
    jobs: jobs.value,
    timeline: timeline.value,
    intents: intents.value,
    policy: policy.value,
    measures: measures.value,
    windows: windows.value,
  });
}

function initialSettings(
  spec: ScenarioDocument['spec'],
  fabric: FabricSpec,
): Result<Map<string, SwitchSettings>> {
  const steps = buildSettings(spec.settings, fabric, 'spec.settings');
  if (!steps.ok) return steps;
  const settings = new Map(
    fabric.switches.map(({ name }) => [
      name,
      defaultSettings(fabric, name, DEFAULT_QUEUE_SETTINGS),
    ]),
  );
  for (const { device, apply } of steps.value) {
    const before = settings.get(device);
    if (before !== undefined) settings.set(device, apply(before));
  }
  return ok(settings);
}
