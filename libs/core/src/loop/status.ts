import { isTouching } from '../change';
import {
  diffOf,
  sameLeaf,
  type CompiledIntent,
  type Condition,
  type DeviceId,
  type EngineStatus,
  type IntentId,
  type IntentStatus,
  type SchemeRequest,
} from '../model';
import { LIMITS } from '../state';
import { pendingActions, unreadFor } from './4-decide/schemes';
import { overruledBy, overruledScheme } from './guard';
import { thresholdOf, type ObjectiveState } from './observed';
import type { Pass } from './pass';

/** The live view. Says what is evidenced; what is not known is null or `unknown`. */
export function engineStatus(pass: Pass): EngineStatus {
  const { observed, durable, env } = pass;
  return {
    phase: observed.phase,
    holdReason: observed.holdReason,
    epoch: durable.epoch,
    frozen: durable.frozen,
    topologyRevision: env.topology.revision,
    policy: { name: env.policy.name, hash: env.policy.hash },
    devices: deviceStatus(pass),
    objectives: [...observed.objectives.values()].map((state) => objectiveStatus(pass, state)),
    intents: [...durable.intents.keys()].map((id) => intentStatus(pass, id)),
    hottest: hottest(pass),
    telemetry: {
      channels: observed.frame?.channels.ageMs.length ?? 0,
      unknownChannels: observed.unknownChannels,
      frame: observed.frame?.sequence ?? 0,
      contradictions: observed.contradictions,
    },
    ...forecastStatus(pass),
    solverFailures: [...observed.solverFailures].map(([method, item]) => ({ method, ...item })),
    escalated: [...durable.escalated].map(([key, reason]) => ({ ...pairOf(key), reason })),
  };
}

function forecastStatus(pass: Pass): Pick<EngineStatus, 'forecast'> {
  const { forecast } = pass.observed;
  const policy = pass.env.policy.forecast;
  if (forecast === null || policy === undefined) return {};
  const { summary, series, foresights } = forecast;
  return {
    forecast: {
      series: series.size,
      foretold: summary?.series ?? 0,
      horizonMs: policy.intervalMs * policy.horizonSteps,
      errorRatio: orNull(summary?.errorRatio ?? NaN),
      coverageRatio: orNull(summary?.coverageRatio ?? NaN),
      wantedCoverageRatio: policy.coverage,
      foreseen: [...foresights].map(([objectiveId, { dueMs }]) => ({
        objectiveId,
        inMs: Math.max(0, dueMs - pass.now.monoMs),
      })),
    },
  };
}

function pairOf(key: string): { readonly rule: string; readonly objectiveId: string } {
  const bar = key.indexOf('|');
  return { rule: key.slice(0, bar), objectiveId: key.slice(bar + 1) };
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function deviceStatus(pass: Pass): EngineStatus['devices'] {
  const { frame } = pass.observed;
  const index = new Map(frame?.layout.devices.map((id, i) => [id, i]) ?? []);
  return [...pass.env.topology.devices.keys()].map((id) => {
    const i = index.get(id);
    const open = [...pass.durable.changes.values()].find(
      (change) => isTouching(change.state) && change.devices[id] !== undefined,
    );
    const synced = i !== undefined && frame?.devices.synced[i] === 1;
    return {
      device: id,
      session: synced ? 'synced' : 'unknown',
      ageMs: i === undefined ? null : orNull(frame?.devices.ageMs[i] ?? NaN),
      fenced: pass.durable.fenced.has(id),
      ...fenceOf(pass, id),
      commitConfirmed: pass.observed.commitConfirmed.get(id) ?? null,
      openChange: open?.id ?? null,
    };
  });
}

/**
 * Whoever is to lift the fence has to know whether the device came back to what it held before the
 * stuck change, kept what the change wrote, or holds something of its own.
 */
function fenceOf(pass: Pass, id: DeviceId): Pick<EngineStatus['devices'][number], 'fence'> {
  const reason = pass.durable.fenced.get(id);
  if (reason === undefined) return {};
  const stuck = [...pass.durable.changes.values()]
    .filter((change) => change.state === 'stuck' && change.devices[id] !== undefined)
    .at(-1);
  const image = pass.observed.images.get(id);
  const leaves = stuck === undefined ? undefined : diffOf(stuck, id)?.leaves;
  if (image === undefined || leaves === undefined)
    return { fence: { reason, change: stuck?.id ?? null, holds: 'unknown' } };
  const all = (which: 'before' | 'after'): boolean =>
    leaves.every((leaf) => sameLeaf(image.get(leaf.path) ?? null, leaf[which]));
  const holds = all('before') ? 'before' : all('after') ? 'after' : 'neither';
  return { fence: { reason, change: stuck?.id ?? null, holds } };
}

function objectiveStatus(pass: Pass, state: ObjectiveState): EngineStatus['objectives'][number] {
  const { objective } = state;
  return {
    id: objective.id,
    intent: objective.intent,
    state: state.state,
    quantile: objective.quantile,
    quantileMs: orNull(state.quantileMs),
    thresholdMs: orNull(thresholdOf(state, pass.env.policy.detect)),
    attainedRatio: state.windows === 0 ? null : state.attained / state.windows,
    windows: state.windows,
  };
}

function intentStatus(pass: Pass, id: IntentId): IntentStatus {
  const compiled = pass.observed.compiled.get(id)?.value;
  const lastTransitionMs = pass.now.wallMs;
  const conditions: Condition[] = [
    compiled === undefined
      ? {
          type: 'Compiled',
          status: 'unknown',
          reason: 'NotYetCompiled',
          message: 'not looked at yet',
          lastTransitionMs,
        }
      : compiled.objectives.length + compiled.drains.length + schemesOf(compiled).length === 0
        ? {
            type: 'Compiled',
            status: 'false',
            reason: 'TopologyMismatch',
            message: 'nothing in the present topology matches the spec',
            lastTransitionMs,
          }
        : {
            type: 'Compiled',
            status: 'true',
            reason: 'Watching',
            message: watchedText(compiled),
            lastTransitionMs,
          },
  ];
  const figures: Record<string, number | null> = {};
  for (const objective of compiled?.objectives ?? []) {
    const state = pass.observed.objectives.get(objective.id);
    if (state === undefined) continue;
    const status = objectiveStatus(pass, state);
    figures[`${objective.id}.quantileMs`] = status.quantileMs;
    figures[`${objective.id}.attainedRatio`] = status.attainedRatio;
    figures[`${objective.id}.windows`] = status.windows;
    conditions.push(metCondition(state, status, lastTransitionMs));
  }
  for (const drain of compiled?.drains ?? []) conditions.push(drainCondition(pass, id, drain.id));
  for (const scheme of schemesOf(compiled)) conditions.push(schemeCondition(pass, id, scheme));
  return {
    id,
    observedGeneration: pass.observed.compiled.get(id)?.generation ?? 0,
    conditions,
    figures,
  };
}

const schemesOf = (compiled: CompiledIntent | undefined): readonly SchemeRequest[] =>
  compiled?.schemes ?? [];

function watchedText(compiled: CompiledIntent): string {
  const ports = new Set(
    schemesOf(compiled).flatMap(({ settings }) =>
      settings.map((item) => `${item.device}:${item.interface}`),
    ),
  );
  const queues = ports.size === 0 ? '' : `, queues of ${ports.size} ports`;
  return `${compiled.objectives.length} objectives, ${compiled.drains.length} drains${queues}`;
}

function metCondition(
  state: ObjectiveState,
  status: EngineStatus['objectives'][number],
  lastTransitionMs: number,
): Condition {
  const figures = `p${state.objective.quantile * 100} ${status.quantileMs?.toFixed(2) ?? 'unknown'} ms, threshold ${status.thresholdMs?.toFixed(2) ?? 'unknown'} ms`;
  const base = { type: 'Met', lastTransitionMs };
  if (status.quantileMs === null || state.state === 'unknown')
    return {
      ...base,
      status: 'unknown',
      reason: 'NoFreshMeasurements',
      message: 'too few fresh measurements',
    };
  if (state.state === 'healthy')
    return { ...base, status: 'true', reason: 'Measured', message: figures };
  const reason = { pending: 'AboveThreshold', breached: 'Breached', clearing: 'Recovering' }[
    state.state
  ];
  return { ...base, status: 'false', reason, message: figures };
}

/** In force means: every device of the scheme was written for it and verified, or had it anyway. */
function schemeCondition(pass: Pass, id: IntentId, scheme: SchemeRequest): Condition {
  const other = overruledScheme(pass, scheme);
  if (other !== null) return conflictCondition(pass, 'InForce', other);
  const base = { type: 'InForce', lastTransitionMs: pass.now.wallMs };
  const unread = unreadFor(pass, scheme);
  if (unread.length > 0) {
    const message = `the configuration of ${unread.join(', ')} was not read yet`;
    return { ...base, status: 'unknown', reason: 'NotYetRead', message };
  }
  const missing = new Set(
    pendingActions(pass, scheme).flatMap(({ settings }) => settings.map(({ device }) => device)),
  );
  const change = [...pass.durable.changes.values()].filter((item) => item.intent === id).at(-1);
  const last = change === undefined ? '' : `; ${change.id} is ${change.state}: ${change.reason}`;
  if (missing.size === 0)
    return { ...base, status: 'true', reason: 'Confirmed', message: `all devices have it${last}` };
  return {
    ...base,
    status: 'false',
    reason: change !== undefined && isTouching(change.state) ? 'InProgress' : 'NotDone',
    message: `${[...missing].join(', ')} lacks it${last}`,
  };
}

function conflictCondition(pass: Pass, type: string, other: IntentId): Condition {
  return {
    type,
    status: 'false',
    reason: 'IntentConflict',
    message: `intent-conflict: waits for ${other}, which goes before it`,
    lastTransitionMs: pass.now.wallMs,
  };
}

/** Drained means: no route in force leads there any more, read from the devices. */
function drainCondition(pass: Pass, id: IntentId, drainId: string): Condition {
  const base = { type: 'Drained', lastTransitionMs: pass.now.wallMs };
  const other = overruledBy(pass, id);
  if (other !== null) return conflictCondition(pass, 'Drained', other);
  const change = [...pass.durable.changes.values()].filter((item) => item.intent === id).at(-1);
  if (change === undefined || pass.observed.routing === null)
    return {
      ...base,
      status: 'unknown',
      reason: 'NotYetDecided',
      message: `${drainId} was not decided yet`,
    };
  const message = `${change.id} is ${change.state}: ${change.reason}`;
  if (change.state === 'confirmed')
    return { ...base, status: 'true', reason: 'Confirmed', message };
  return {
    ...base,
    status: 'false',
    reason: isTouching(change.state) ? 'InProgress' : 'NotDone',
    message,
  };
}

function hottest(pass: Pass): EngineStatus['hottest'] {
  const { frame } = pass.observed;
  if (frame === null) return [];
  const { channels, devices } = frame.layout;
  const top: { readonly index: number; readonly utilizationRatio: number }[] = [];
  channels.forEach((channel, index) => {
    const utilizationRatio = (frame.channels.txBps[index] as number) / channel.capacityBps;
    const least = top.at(-1)?.utilizationRatio ?? -1;
    if (!(top.length < LIMITS.hottestChannels || utilizationRatio > least)) return;
    if (Number.isNaN(utilizationRatio)) return;
    const at = top.findIndex((item) => item.utilizationRatio < utilizationRatio);
    top.splice(at === -1 ? top.length : at, 0, { index, utilizationRatio });
    top.length = Math.min(top.length, LIMITS.hottestChannels);
  });
  return top.map(({ index, utilizationRatio }) => {
    const channel = channels[index] as (typeof channels)[number];
    return {
      channel: `${devices[channel.device] ?? ''}:${channel.interface}`,
      utilizationRatio,
      lossRatio: orNull(frame.channels.lossRatio[index] as number),
    };
  });
}
