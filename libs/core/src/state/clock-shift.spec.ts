import fc from 'fast-check';
import { changeId, deviceId, type Change, type RecordBody } from '../model';
import { emptyDurableState, type DurableState } from './durable';
import { applyRecord } from './fold';
import { shiftClock } from './clock-shift';

const T0 = 1_800_000_000_000;

const change = (n: number): Change =>
  ({
    id: changeId(`chg-${n}`),
    origin: 'rule',
    rule: 'r',
    incident: null,
    objectiveId: 'o',
    action: { type: 'reroute', routes: [] },
    plan: { stages: [['l1']], diffs: [{ device: deviceId('l1'), leaves: [] }] },
    state: 'proposed',
    reason: '',
    createdMs: T0,
    updatedMs: T0,
    expiresMs: T0 + 60_000,
    deadlineMs: null,
    leaseUntilMs: null,
    times: { decided: T0 },
    devices: { l1: { progress: 'untouched', lastVerb: null, attempts: 0 } },
    verdict: null,
  }) as unknown as Change;

function fold(bodies: readonly RecordBody[]): DurableState {
  return bodies.reduce(
    (state, body, i) => applyRecord(state, { atMs: T0 + i * 100, epoch: 1, body }),
    emptyDurableState,
  );
}

const moved = (from: Change['state'], to: Change['state']): RecordBody => ({
  kind: 'change-transition',
  id: changeId('chg-1'),
  from,
  to,
  reason: 'x',
  times: { applying: T0 + 1 },
});

const history = (): DurableState =>
  fold([
    { kind: 'change-proposed', change: change(1) },
    moved('proposed', 'validated'),
    moved('validated', 'scheduled'),
    moved('scheduled', 'applying'),
    {
      kind: 'device-prepared',
      id: changeId('chg-1'),
      device: deviceId('l1'),
      preImage: [],
      postHash: 'h',
      commitConfirmed: true,
      commitId: 'c',
      deadlineMs: T0 + 30_000,
    },
    moved('applying', 'applied'),
    moved('applied', 'verifying'),
    moved('verifying', 'confirming'),
    moved('confirming', 'confirmed'),
    { kind: 'lease-renewed', id: changeId('chg-1'), untilMs: T0 + 900_000 },
  ]);

/** Every number in a state that is a wall time. */
function wallTimes(value: unknown): number[] {
  if (typeof value === 'number') return Math.abs(value - T0) < 1e9 ? [value] : [];
  if (value instanceof Map) return [...value.values()].flatMap(wallTimes);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(wallTimes);
  return [];
}

describe('a step of the wall clock', () => {
  it('property: moves every wall time in the state by as much, but that of the last record', () => {
    const state = { ...history(), lastAtMs: 0 };
    expect(wallTimes(state).length).toBeGreaterThan(8);
    fc.assert(
      fc.property(fc.integer({ min: -1e8, max: 1e8 }), (byMs) => {
        const shifted = wallTimes(shiftClock(state, byMs));
        expect(shifted).toEqual(wallTimes(state).map((atMs) => atMs + byMs));
      }),
    );
  });

  it('is folded from its record', () => {
    const state = history();
    const stepped = applyRecord(state, {
      atMs: T0 + 5_000,
      epoch: 1,
      body: { kind: 'clock-stepped', byMs: 4_000 },
    });
    expect(stepped.changes.get(changeId('chg-1'))?.leaseUntilMs).toBe(T0 + 904_000);
    expect(stepped.lastAtMs).toBe(T0 + 5_000);
  });
});

describe('what the fold keeps of a transaction', () => {
  it('counts answers, and not silence, as refusals of a device', () => {
    const outcome = (outcome: 'refused' | 'unknown' | 'mismatch', code: string): RecordBody =>
      ({
        kind: 'device-outcome',
        id: changeId('chg-1'),
        device: deviceId('l1'),
        verb: 'revert',
        outcome,
        code,
        message: 'm',
        sentMs: null,
      }) as RecordBody;
    let state = history();
    const refusals = (): number | undefined =>
      state.changes.get(changeId('chg-1'))?.devices['l1']?.refusals;
    for (const [body, count] of [
      [outcome('unknown', 'device-outcome-unknown'), 0],
      [outcome('refused', 'device-unreachable'), 0],
      [outcome('refused', 'device-busy'), 0],
      [outcome('refused', 'device-rejected'), 1],
      [outcome('mismatch', 'device-outcome-unknown'), 2],
    ] as const) {
      state = applyRecord(state, { atMs: T0, epoch: 1, body });
      expect(refusals()).toBe(count);
    }
  });

  it('ends the lease of a change that was left as found, and says why', () => {
    const body: RecordBody = {
      kind: 'change-adopted',
      id: changeId('chg-1'),
      device: deviceId('l1'),
      reason: 'a person wrote there',
    };
    const state = applyRecord(history(), { atMs: T0, epoch: 1, body });
    expect(state.changes.get(changeId('chg-1'))).toMatchObject({
      leaseUntilMs: null,
      adopted: 'a person wrote there',
    });
  });
});
