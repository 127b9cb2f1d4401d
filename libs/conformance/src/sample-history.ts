import { seededRandom, type Random } from '@weir/core/base';
import { isTerminal, TRANSITIONS } from '@weir/core/change';
import type { Change, ChangeId, ChangeState, RecordBody } from '@weir/core/model';
import { applyRecord, emptyDurableState, type DurableState } from '@weir/core/state';

/** One record and the wall time at which it is appended. */
export interface SampleRecord {
  readonly atMs: number;
  readonly epoch: number;
  readonly body: RecordBody;
}

const DEVICES = ['leaf1', 'leaf2', 'spine1'];
const START_MS = 1_800_000_000_000;

/**
 * Records in an order in which a controller could have written them, never ending, the same for the
 * same seed: intents, incidents, changes from proposal to their end, freezes, modes and fences.
 */
export function* sampleHistory(seed: number): Generator<SampleRecord, void> {
  const random = seededRandom(seed);
  let state = emptyDurableState;
  let epoch = 1;
  let atMs = START_MS;
  for (;;) {
    atMs += random.below(5_000);
    if (random.below(200) === 0) epoch++;
    const body = nextBody(state, random, atMs);
    // What comes out of a journal went through JSON; a sample must not be richer than that.
    const record = JSON.parse(JSON.stringify({ atMs, epoch, body })) as SampleRecord;
    state = applyRecord(state, record);
    yield record;
  }
}

function nextBody(state: DurableState, random: Random, atMs: number): RecordBody {
  const open = [...state.changes.values()].filter((change) => !isTerminal(change.state));
  const change = open[random.below(Math.max(1, open.length))];
  if (change && random.below(10) < 8) return changeBody(change, random, atMs);
  const makers = [proposed, incident, intent, switches] as const;
  return (makers[random.below(makers.length)] ?? proposed)(state, random, atMs);
}

function changeBody(change: Change, random: Random, atMs: number): RecordBody {
  const { id } = change;
  const device = DEVICES[random.below(DEVICES.length)] as never;
  // Most changes end without a lease, so that the oldest of them are dropped.
  if (id.endsWith('5') && random.below(6) === 0)
    return { kind: 'lease-renewed', id, untilMs: atMs + 120_000 };
  switch (random.below(6)) {
    case 0:
      return {
        kind: 'device-prepared',
        id,
        device,
        preImage: [{ path: '/a', value: random.below(9) }],
        postHash: 'f'.repeat(64),
        commitConfirmed: random.below(2) === 0,
        commitId: `${id}/${random.below(100)}`,
        deadlineMs: atMs + 60_000,
      };
    case 1:
      return { kind: 'device-operation', id, device, verb: 'commit', attempt: 1 };
    case 2: {
      const done = random.below(2) === 0;
      const outcome = done ? 'done' : 'unknown';
      const rest = { code: null, message: done ? '' : 'no answer', sentMs: atMs };
      return { kind: 'device-outcome', id, device, verb: 'commit', outcome, ...rest };
    }
    default: {
      const ways = Object.values(TRANSITIONS[change.state]);
      const to = ways[random.below(ways.length)] as ChangeState;
      const times = { settled: atMs };
      return { kind: 'change-transition', id, from: change.state, to, reason: 'sample', times };
    }
  }
}

function proposed(state: DurableState, random: Random, atMs: number): RecordBody {
  const number = state.changeCount + 1;
  const incidents = [...state.incidents.keys()];
  const device = DEVICES[random.below(DEVICES.length)];
  const leaf = { path: `/w${random.below(5)}`, before: 1, after: 2 };
  const diffs = [{ device, leaves: [leaf] }];
  const change = {
    id: `chg-${number}` as ChangeId,
    origin: 'rule',
    rule: `rule-${random.below(3)}`,
    incident: incidents[random.below(Math.max(1, incidents.length))] ?? null,
    intent: null,
    objectiveId: `objective-${random.below(4)}`,
    action: { type: 'reroute' },
    mode: 'auto',
    plan: { formatVersion: 1, hash: `h${number}`, stages: [[device]], diffs, inverse: diffs },
    state: 'proposed',
    reason: '',
    createdMs: atMs,
    updatedMs: atMs,
    expiresMs: atMs + 60_000,
    deadlineMs: null,
    leaseUntilMs: null,
    times: { decided: atMs },
    devices: Object.fromEntries(DEVICES.map((name) => [name, untouched])),
    verdict: null,
    approvedBy: null,
    cause: null,
  };
  return { kind: 'change-proposed', change: change as unknown as Change };
}

const untouched = {
  progress: 'untouched',
  preImage: null,
  commitConfirmed: false,
  commitId: '',
  lastVerb: null,
  attempts: 0,
  lastError: '',
};

function incident(state: DurableState, random: Random, atMs: number): RecordBody {
  const open = [...state.incidents.values()].find((one) => one.state !== 'closed');
  if (open && random.below(2) === 0)
    return { kind: 'incident-closed', id: open.id, reason: 'cleared' };
  const opened = {
    id: `inc-${state.incidentCount + 1}`,
    objectiveId: `objective-${random.below(4)}`,
    state: 'open',
    openedMs: atMs,
    closedMs: null,
    diagnosis: null,
    diagnosedMs: null,
    rule: null,
    note: '',
    changes: [],
  };
  return { kind: 'incident-opened', incident: opened as never };
}

function intent(state: DurableState, random: Random, atMs: number): RecordBody {
  const [first] = state.intents.keys();
  if (first !== undefined && random.below(3) === 0)
    return { kind: 'intent-deleted', id: first, by: 'ops' };
  const name = `objective-${random.below(4)}`;
  const resource = {
    apiVersion: 'weir.dev/v1' as const,
    kind: 'Objective',
    // Names that an object would take for something else.
    metadata: { name, labels: { $map: 'x', ['__proto__']: 'y' }, generation: 1, createdMs: atMs },
    priority: 100,
    spec: { $$set: [1], nested: { $map: [[1, 2]] } },
  };
  const by = random.below(2) === 0 ? 'config' : 'ops';
  return { kind: 'intent-put', id: `Objective/${name}` as never, intent: resource, by };
}

function switches(state: DurableState, random: Random): RecordBody {
  const device = DEVICES[random.below(DEVICES.length)] as never;
  switch (random.below(5)) {
    case 0:
      return state.frozen
        ? { kind: 'unfrozen', by: 'ops' }
        : { kind: 'frozen', by: 'ops', reason: 'é 漢字 \ud800' };
    case 1:
      return { kind: 'mode-set', scope: 'rule', name: 'rule-1', mode: 'suggest', by: 'ops' };
    case 2:
      return { kind: 'mode-set', scope: 'group', name: 'pod1', mode: 'auto', by: 'ops' };
    case 3:
      return { kind: 'device-fenced', device, reason: 'sample' };
    default:
      return { kind: 'device-unfenced', device, by: 'ops' };
  }
}
