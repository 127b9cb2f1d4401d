import { createHash } from 'node:crypto';
import {
  changeId,
  deviceId,
  inverseOf,
  leavesText,
  type Change,
  type ChangeState,
  type ConfigImage,
  type DeviceId,
  type EngineStatus,
  type JournalRecord,
  type LeafDiff,
  type OperationVerb,
  type RecordBody,
  type Topology,
} from '@weir/core/model';
import { chainText, GENESIS_HASH } from '@weir/core/ports';
import { swarmPolicy } from '../plant/policy';
import { fabricOf } from '../plant/fabric';
import { judge } from '../oracles/judge';
import type { OracleContext, OracleFactory } from '../oracles/oracle';
import type { FinalView, TimelineEvent } from '../timeline';

const WALL_MS = 1_800_000_000_000;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

type EventOf<Kind extends TimelineEvent['kind']> = Extract<TimelineEvent, { kind: Kind }>;
type Told<Kind extends TimelineEvent['kind']> = Omit<EventOf<Kind>, 'kind' | 'atMs'>;

/** The leaf that the change of a story writes: a weight of leaf 1. */
export const LEAF: LeafDiff = { path: '/weight', before: '1', after: '3' };
export const OTHER_LEAF: LeafDiff = { path: '/other', before: null, after: 'x' };
export const L1 = deviceId('l1');
export const L2 = deviceId('l2');

/** A timeline made by hand, event by event, for one oracle. */
export class Story {
  readonly violations: string[] = [];
  private readonly images: Map<DeviceId, ConfigImage>;
  private readonly records: JournalRecord[] = [];
  private readonly judged;
  private atMs = 0;
  private lastHash = GENESIS_HASH;
  epoch = 1;

  constructor(oracle: OracleFactory, context: Partial<OracleContext> = {}) {
    const { topology } = fabricOf(3);
    this.images = new Map([
      [L1, new Map([[LEAF.path, '1']])],
      [L2, new Map([[LEAF.path, '1']])],
    ]);
    const whole = {
      topology,
      policy: swarmPolicy(),
      operationTimeoutMs: 1_000,
      images: new Map(this.images),
      ...context,
    };
    if (context.images !== undefined) this.images = new Map(context.images);
    this.judged = judge([oracle], whole);
  }

  after(ms: number): this {
    this.atMs += ms;
    return this;
  }

  tell(
    event: { [K in TimelineEvent['kind']]: { kind: K } & Told<K> }[TimelineEvent['kind']],
  ): this {
    this.judged.see({ atMs: this.atMs, ...event });
    return this;
  }

  record(body: RecordBody, part: Partial<JournalRecord> = {}): this {
    const sequence = this.records.length + 1;
    const base = { sequence, atMs: WALL_MS + this.atMs, epoch: this.epoch, body };
    const record = { ...base, hash: digest(chainText(this.lastHash, base)), ...part };
    this.lastHash = record.hash;
    this.records.push(record);
    return this.tell({ kind: 'record', process: 'a', record });
  }

  proposed(change: Change): this {
    return this.record({ kind: 'change-proposed', change });
  }

  moved(id: string, from: ChangeState, to: ChangeState): this {
    const body = { kind: 'change-transition', from, to, reason: '', times: {} } as const;
    return this.record({ ...body, id: changeId(id) });
  }

  /** From `scheduled` on through the states named. */
  through(id: string, ...states: readonly ChangeState[]): this {
    let from: ChangeState = 'scheduled';
    for (const to of states) {
      this.moved(id, from, to);
      from = to;
    }
    return this;
  }

  operation(id: string, device: DeviceId, verb: OperationVerb): this {
    const body = { kind: 'device-operation', device, verb, attempt: 1 } as const;
    return this.record({ ...body, id: changeId(id) });
  }

  prepared(
    id: string,
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commitConfirmed = true,
  ): this {
    return this.record({
      kind: 'device-prepared',
      id: changeId(id),
      device,
      preImage: leaves.map(({ path, before }) => ({ path, value: before })),
      postHash: digest(leavesText(leaves.map(({ path, after }) => ({ path, value: after })))),
      commitConfirmed,
      commitId: `weir-${id}`,
      deadlineMs: WALL_MS + this.atMs + 10_000,
    });
  }

  /** Prepared, asked for and sent, as the product does it. */
  committed(
    id: string,
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commitConfirmed = true,
  ): this {
    this.prepared(id, device, leaves, commitConfirmed).operation(id, device, 'commit');
    return this.sent(id, device, 'set', leaves).effect(id, device, 'set', leaves);
  }

  sent(
    id: string | null,
    device: DeviceId,
    call: EventOf<'sent'>['call'],
    leaves: readonly LeafDiff[] = [],
    part: Partial<Told<'sent'>> = {},
  ): this {
    const change = id === null ? null : changeId(id);
    const commitId = `weir-${id ?? ''}`;
    const base = { process: 'a', epoch: this.epoch, device, call, changeId: change, commitId };
    return this.tell({ kind: 'sent', ...base, leaves, ...part });
  }

  /** The device holds `after` of these leaves from now on. */
  effect(
    id: string | null,
    device: DeviceId,
    by: EventOf<'effect'>['by'],
    leaves: readonly LeafDiff[],
    epoch: number | null = this.epoch,
  ): this {
    const image = new Map(this.images.get(device));
    for (const { path, after } of leaves)
      if (after === null) image.delete(path);
      else image.set(path, after);
    this.images.set(device, image);
    const change = id === null ? null : changeId(id);
    const commitId = id === null ? '' : `weir-${id}`;
    return this.tell({ kind: 'effect', device, by, epoch, changeId: change, commitId, image });
  }

  /** What the oracle has to say, the end included. */
  told(final: Partial<FinalView> = {}): readonly string[] {
    const view: FinalView = {
      atMs: this.atMs,
      images: this.images,
      pendingCommits: new Map(),
      records: this.records,
      chain: 'ok',
      status: null,
      ...final,
    };
    return this.judged.end(view).map(({ what }) => what);
  }
}

export const back = (leaves: readonly LeafDiff[]): readonly LeafDiff[] =>
  inverseOf({ device: L1, leaves }).leaves;

/** A change as it was proposed: by a rule, on the devices named, the same leaves on each. */
export function changeOf(
  id: string,
  leaves: readonly LeafDiff[] = [LEAF],
  devices: readonly DeviceId[] = [L1],
  part: Partial<Change> = {},
): Change {
  const diffs = devices.map((device) => ({ device, leaves }));
  const untouched = { progress: 'untouched', preImage: null, commitConfirmed: false } as const;
  const state = { ...untouched, commitId: '', lastVerb: null, attempts: 0, lastError: '' };
  return {
    id: changeId(id),
    origin: 'rule',
    rule: null,
    incident: null,
    intent: null,
    objectiveId: null,
    action: { type: 'reroute', routes: [] },
    mode: 'auto',
    plan: {
      formatVersion: 1,
      hash: 'h',
      baseHash: 'b',
      topologyRevision: 'r3',
      stages: [devices],
      diffs,
      inverse: diffs.map(inverseOf),
      predicted: {
        gainRatio: -0.5,
        uncertaintyRatio: 0,
        maxUtilizationBefore: 0.9,
        maxUtilizationAfter: 0.5,
        explanation: '',
      },
      disruption: 'flows-move',
      touches: { links: ['l1:s1'], prefixes: [], workloads: [] },
      checks: [],
      risk: { level: 'low', reasons: [] },
    },
    verify: swarmPolicy().verify,
    state: 'scheduled',
    reason: '',
    createdMs: WALL_MS,
    updatedMs: WALL_MS,
    expiresMs: WALL_MS + 30_000,
    deadlineMs: null,
    leaseUntilMs: null,
    times: {},
    devices: Object.fromEntries(devices.map((device) => [device, state])),
    verdict: null,
    approvedBy: null,
    cause: null,
    ...part,
  };
}

export const verdictOf = (verdict: 'improved' | 'no-effect' | 'harmed' | 'inconclusive') => ({
  verdict,
  beforeMs: 10,
  afterMs: 5,
  effectRatio: -0.5,
  pValue: 0.01,
  samples: 9,
  evidence: [],
});

/** The status of a leader that is well, with nothing open. */
export function statusOf(part: Partial<EngineStatus> = {}, topology?: Topology): EngineStatus {
  const devices = [...(topology ?? fabricOf(3).topology).devices.keys()];
  return {
    phase: 'running',
    holdReason: '',
    epoch: 1,
    frozen: null,
    topologyRevision: 'r3',
    policy: { name: 'swarm', hash: '' },
    devices: devices.map((device) => ({
      device,
      session: 'synced' as const,
      ageMs: 10,
      fenced: false,
      commitConfirmed: true,
      openChange: null,
    })),
    objectives: [],
    intents: [],
    hottest: [],
    telemetry: { channels: 1, unknownChannels: 0, frame: 1 },
    ...part,
  };
}
