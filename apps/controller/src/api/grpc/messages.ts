import type { IntentView } from '@weir/contracts';
import type { Change, DeviceDiff, EngineStatus, JournalRecord, Plan } from '@weir/core/model';
import { northbound } from '@weir/proto-gen';

type Struct = Record<string, unknown>;

/** What JSON carries is what a Struct carries: no undefined, no NaN. */
export const plain = (value: unknown): Struct => JSON.parse(JSON.stringify(value)) as Struct;

const known = (value: number | null): number | undefined => value ?? undefined;

export function timestamp(ms: number): { seconds: bigint; nanos: number } {
  const whole = Math.floor(ms / 1000);
  return { seconds: BigInt(whole), nanos: Math.round((ms - whole * 1000) * 1e6) };
}

/** `rolling-back` is CHANGE_STATE_ROLLING_BACK on the wire. */
function enumName(prefix: string, word: string): string {
  return `${prefix}_${word.toUpperCase().replaceAll('-', '_')}`;
}

export const changeStateMessage = (state: string): northbound.ChangeState =>
  northbound.changeStateFromJSON(enumName('CHANGE_STATE', state));

/** The state's own word; null for unspecified. */
export function changeStateWord(state: northbound.ChangeState): string | null {
  if (state === northbound.ChangeState.CHANGE_STATE_UNSPECIFIED) return null;
  const name = northbound.changeStateToJSON(state);
  return name.replace('CHANGE_STATE_', '').toLowerCase().replaceAll('_', '-');
}

/** The mode's own word; null for unspecified and for what this version does not know. */
export function modeWord(mode: northbound.Mode): string | null {
  if (mode <= northbound.Mode.MODE_UNSPECIFIED) return null;
  return northbound.modeToJSON(mode).replace('MODE_', '').toLowerCase();
}

export function changeMessage(change: Change): northbound.Change {
  const times = Object.entries(change.times) as readonly [string, number][];
  const { verdict } = change;
  return {
    id: change.id,
    origin: change.origin,
    rule: change.rule ?? '',
    incidentId: change.incident ?? '',
    intentId: change.intent ?? '',
    objectiveId: change.objectiveId ?? '',
    cause: change.cause ?? '',
    actionType: change.action.type,
    action: plain(change.action),
    mode: change.mode,
    state: changeStateMessage(change.state),
    reason: change.reason,
    createTime: timestamp(change.createdMs),
    updateTime: timestamp(change.updatedMs),
    expireTime: timestamp(change.expiresMs),
    rollbackDeadline: change.deadlineMs === null ? undefined : timestamp(change.deadlineMs),
    plan: planMessage(change.plan),
    devices: Object.entries(change.devices).map(([device, state]) => ({
      device,
      progress: state.progress,
      commitConfirmed: state.commitConfirmed,
      lastError: state.lastError,
    })),
    verdict:
      verdict === null
        ? undefined
        : {
            ...verdict,
            verdict: northbound.verdictFromJSON(enumName('VERDICT', verdict.verdict)),
            evidence: [...verdict.evidence],
          },
    approvedBy: change.approvedBy ?? '',
    stageTimes: Object.fromEntries(times.map(([stage, ms]) => [stage, timestamp(ms)])),
  };
}

function planMessage(plan: Plan): northbound.Plan {
  const { explanation, ...predicted } = plan.predicted;
  return {
    hash: plan.hash,
    baseHash: plan.baseHash,
    diffs: plan.diffs.map(diffMessage),
    inverse: plan.inverse.map(diffMessage),
    predicted: { ...predicted, explanation },
    disruption: plan.disruption,
    checks: plan.checks.map(({ name, passed, code, detail }) => ({
      name,
      passed,
      code: code ?? '',
      detail,
    })),
    riskLevel: plan.risk.level,
    riskReasons: [...plan.risk.reasons],
  };
}

const diffMessage = (diff: DeviceDiff): northbound.DeviceDiff => ({
  device: diff.device,
  leaves: diff.leaves.map(({ path, before, after }) => ({
    path,
    before: before ?? undefined,
    after: after ?? undefined,
  })),
});

export function intentMessage(intent: IntentView): northbound.Intent {
  const { kind, metadata, priority, spec, status } = intent;
  return {
    kind,
    name: metadata.name,
    labels: { ...metadata.labels },
    priority,
    spec: plain(spec ?? {}),
    generation: BigInt(metadata.generation),
    status:
      status === null
        ? undefined
        : {
            observedGeneration: BigInt(status.observedGeneration),
            conditions: status.conditions.map(({ lastTransitionMs, ...condition }) => ({
              type: condition.type,
              status: condition.status,
              reason: condition.reason,
              message: condition.message,
              lastTransitionTime: timestamp(lastTransitionMs),
            })),
            figures: plain(status.figures),
          },
    createTime: timestamp(metadata.createdMs),
  };
}

export function statusMessage(status: EngineStatus): northbound.GetStatusResponse {
  return {
    phase: status.phase,
    holdReason: status.holdReason,
    epoch: BigInt(status.epoch),
    frozen: status.frozen === null ? undefined : { ...status.frozen },
    topologyRevision: status.topologyRevision,
    policyName: status.policy.name,
    policyHash: status.policy.hash,
    devices: status.devices.map((device) => ({
      device: device.device,
      session: device.session,
      ageMs: known(device.ageMs),
      fenced: device.fenced,
      commitConfirmed: device.commitConfirmed ?? undefined,
      openChange: device.openChange ?? '',
    })),
    objectives: status.objectives.map((objective) => ({
      id: objective.id,
      intentId: objective.intent,
      state: objective.state,
      quantile: objective.quantile,
      quantileMs: known(objective.quantileMs),
      thresholdMs: known(objective.thresholdMs),
      attainedRatio: known(objective.attainedRatio),
      windows: objective.windows,
    })),
    hottest: status.hottest.map(({ channel, utilizationRatio, lossRatio }) => ({
      channel,
      utilizationRatio,
      lossRatio: known(lossRatio),
    })),
    channels: status.telemetry.channels,
    unknownChannels: status.telemetry.unknownChannels,
    frame: BigInt(status.telemetry.frame),
  };
}

export const recordMessage = (record: JournalRecord): northbound.WatchJournalResponse => ({
  sequence: BigInt(record.sequence),
  time: timestamp(record.atMs),
  epoch: BigInt(record.epoch),
  kind: record.body.kind,
  body: plain(record.body),
  hash: record.hash,
});
