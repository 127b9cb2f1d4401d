import { changeId, incidentId, type Change, type RecordBody } from '../model';
import { emptyDurableState, type DurableState } from './durable';
import { applyRecord } from './fold';
import { faded } from './learning';
import { restoreSnapshot, snapshotText } from './snapshot';

const T0 = 1_800_000_000_000;
const HALF_LIFE_MS = 1_000_000;
const KEY = 'congestion|reroute|training/leaf';

const changeOf = (n: number, part: Partial<Change> = {}): Change =>
  ({
    ...{ id: changeId(`chg-${n}`), origin: 'rule', rule: 'r', incident: null, objectiveId: 'o' },
    ...{ action: { type: 'reroute', routes: [] }, state: 'proposed', reason: '' },
    plan: { hash: 'h', stages: [], diffs: [], inverse: [], predicted: { gainRatio: -0.1 } },
    ...{ createdMs: T0, updatedMs: T0, expiresMs: T0, deadlineMs: null, leaseUntilMs: null },
    ...{ times: {}, devices: {}, verdict: null },
    lesson: {
      ...{ cause: 'congestion', action: 'reroute', context: 'training/leaf' },
      halfLifeMs: HALF_LIFE_MS,
    },
    ...part,
  }) as unknown as Change;

const moved = (n: number, from: Change['state'], to: Change['state']): RecordBody => ({
  kind: 'change-transition',
  ...{ id: changeId(`chg-${n}`), from, to, reason: '', times: {} },
});
const judged = (n: number, verdict: 'improved' | 'no-effect' | 'harmed' | 'inconclusive') =>
  ({
    kind: 'verdict',
    id: changeId(`chg-${n}`),
    verdict: {
      ...{ verdict, beforeMs: 2, afterMs: 1, effectRatio: -0.5, pValue: 0.01, samples: 9 },
      evidence: [],
    },
  }) as RecordBody;

const TO_VERIFYING: readonly [Change['state'], Change['state']][] = [
  ['proposed', 'validated'],
  ['validated', 'scheduled'],
  ['scheduled', 'applying'],
  ['applying', 'applied'],
  ['applied', 'verifying'],
];

/** All records of a change with this verdict, kept or rolled back by it. */
function lifeOf(
  n: number,
  verdict: Parameters<typeof judged>[1] | null,
  part: Partial<Change> = {},
): RecordBody[] {
  const kept = verdict === 'improved';
  return [
    { kind: 'change-proposed', change: changeOf(n, part) },
    ...TO_VERIFYING.map(([from, to]) => moved(n, from, to)),
    ...(verdict === null ? [] : [judged(n, verdict)]),
    moved(n, 'verifying', kept ? 'confirming' : 'rolling-back'),
    kept ? moved(n, 'confirming', 'confirmed') : moved(n, 'rolling-back', 'rolled-back'),
  ];
}

const fold = (bodies: readonly RecordBody[], from = emptyDurableState, atMs = T0): DurableState =>
  bodies.reduce((state, body) => applyRecord(state, { atMs, epoch: 1, body }), from);

const counts = ({ learning }: DurableState, key = KEY) => {
  const { helped, failed } = learning.get(key) ?? { helped: 0, failed: 0 };
  return [helped, failed];
};

describe('what verdicts teach', () => {
  it('is counted once a change has ended, by its verdict', () => {
    const state = fold([
      ...lifeOf(1, 'improved'),
      ...lifeOf(2, 'no-effect'),
      ...lifeOf(3, 'harmed'),
      ...lifeOf(4, 'inconclusive'),
      ...lifeOf(5, null),
    ]);
    expect(counts(state)).toEqual([1, 2.5]);
    expect(state.learning.get(KEY)).toMatchObject({ verdicts: 4, atMs: T0 });
  });

  it('comes from changes of rules only, and from no change of an old journal', () => {
    const { lesson: _, ...old } = changeOf(3);
    const state = fold([
      ...lifeOf(1, 'improved', { origin: 'operator' }),
      ...lifeOf(2, 'improved', { origin: 'intent' }),
      { kind: 'change-proposed', change: old },
      ...lifeOf(3, 'improved').slice(1),
    ]);
    expect(state.learning.size).toBe(0);
  });

  it('counts once wherever the process dies: every prefix and the rest give the whole', () => {
    const life = [...lifeOf(1, 'harmed'), ...lifeOf(2, 'improved')];
    const whole = fold(life);
    expect(counts(whole)).toEqual([1, 1]);
    for (let died = 0; died <= life.length; died++) {
      // What recovery has is the snapshot or the records; both hold the count with its change.
      const before = fold(life.slice(0, died));
      const restored = restoreSnapshot(snapshotText(before, 'ab'.repeat(32)));
      if (!restored.ok) throw new Error(restored.error.reason);
      expect(fold(life.slice(died), restored.value.state)).toEqual(whole);
    }
  });

  it('counts a verdict whose change was rolled back by the recovery, once', () => {
    const cut = lifeOf(1, 'improved').slice(0, -2);
    const recovered = fold(
      [moved(1, 'verifying', 'rolling-back'), moved(1, 'rolling-back', 'rolled-back')],
      fold(cut),
    );
    expect(counts(fold(cut))).toEqual([0, 0]);
    expect(counts(recovered)).toEqual([1, 0]);
  });

  it('fades by half in each half-life, and does not grow when the clock goes back', () => {
    const old = fold(lifeOf(1, 'no-effect'));
    const later = fold(lifeOf(2, 'no-effect'), old, T0 + 2 * HALF_LIFE_MS);
    expect(counts(later)).toEqual([0, 1.25]);
    const experience = later.learning.get(KEY);
    if (experience === undefined) throw new Error('nothing learned');
    expect(faded(experience, T0, HALF_LIFE_MS).failed).toBe(1.25);
    expect(faded(experience, T0 + 3 * HALF_LIFE_MS, HALF_LIFE_MS).failed).toBe(0.625);
    const stepped = fold([{ kind: 'clock-stepped', byMs: 5_000 }], later);
    expect(stepped.learning.get(KEY)?.atMs).toBe(experience.atMs + 5_000);
  });

  it('is forgotten by cause and by action, and replaced by what is imported', () => {
    const entry = (cause: string, action: string) => ({
      ...{ cause, action, context: 'any/any', helped: 1, failed: 2, atMs: T0, verdicts: 3 },
    });
    const all = [entry('incast', 'ecn'), entry('incast', 'buffer'), entry('gray-link', 'avoid')];
    const imported = fold([{ kind: 'learning-imported', entries: all, by: 'ann' }]);
    const left = (cause: string | null, action: string | null) => [
      ...fold([{ kind: 'learning-reset', cause, action, by: 'ann' }], imported).learning.keys(),
    ];
    expect(imported.learning.size).toBe(3);
    expect(left('incast', null)).toEqual(['gray-link|avoid|any/any']);
    expect(left(null, 'ecn')).toEqual(['incast|buffer|any/any', 'gray-link|avoid|any/any']);
    expect(left('incast', 'buffer')).toHaveLength(2);
    expect(left(null, null)).toEqual([]);
    const again = {
      kind: 'learning-imported',
      entries: [entry('incast', 'ecn')],
      by: 'b',
    } as const;
    expect(fold([again], imported)).toMatchObject({ learning: imported.learning });
  });
});

describe('a decision', () => {
  const incident = incidentId('inc-1');
  const opened = {
    kind: 'incident-opened',
    incident: { id: incident, objectiveId: 'o', state: 'open', changes: [], diagnosis: null },
  } as unknown as RecordBody;
  const decided = (rule: string | null): RecordBody =>
    ({
      kind: 'decision-taken',
      decision: {
        ...{ incident, objectiveId: 'o', atMs: T0, policyHash: 'p', rules: [] },
        chosen: rule === null ? null : { rule, action: 'x', mode: 'auto', gainRatio: -1, why: '' },
      },
    }) as unknown as RecordBody;

  it('is kept with its change, and on the incident until the next one or its end', () => {
    const first = fold([opened, decided('r'), ...lifeOf(1, 'harmed', { incident })]);
    const chosen = first.decisions.get('chg-1');
    expect(chosen?.chosen?.rule).toBe('r');
    const second = fold([decided(null)], first);
    expect(second.decisions.get(incident)?.chosen).toBeNull();
    expect(second.decisions.get('chg-1')).toBe(chosen);
    const closed = fold([{ kind: 'incident-closed', id: incident, reason: '' }], second);
    expect([...closed.decisions.keys()]).toEqual(['chg-1']);
  });

  it('is not given to a change that did not come of it', () => {
    const state = fold([
      opened,
      decided('other'),
      { kind: 'change-proposed', change: changeOf(1, { incident }) },
      { kind: 'change-proposed', change: changeOf(2, { incident, origin: 'operator' }) },
    ]);
    expect([...state.decisions.keys()]).toEqual([incident]);
  });
});
