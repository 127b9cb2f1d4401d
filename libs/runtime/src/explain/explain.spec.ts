import type { Change, Incident, JournalRecord, RecordBody } from '@weir/core/model';
import { changeId, deviceId, incidentId, intentId, ruleName } from '@weir/core/model';
import { applyRecord, emptyDurableState } from '@weir/core/state';
import { ReadModel } from '../read-model';
import { explain } from './explain';
import type { Explanation } from './explanation';
import type { PolicyOrder } from './rules';
import { readStory } from './story';

const LEAF1 = deviceId('leaf1');
const CHG = changeId('chg-1');
const INC = incidentId('inc-1');
const T0 = 1_000_000;

const incident: Incident = {
  id: INC,
  objectiveId: 'chat',
  state: 'open',
  observedMs: T0,
  detectedMs: T0 + 3_000,
  diagnosedMs: null,
  closedMs: null,
  healthyQuantileMs: 35,
  degradedQuantileMs: 150,
  diagnosis: null,
  rule: null,
  changes: [],
  note: '',
};
const diagnosis = {
  atMs: T0 + 3_100,
  causes: [
    { name: 'congestion', score: 0.9, at: 'leaf1:eth1', evidence: ['93 % against 80 %'] },
    { name: 'incast', score: 0.35, at: 'leaf1:eth9', evidence: ['4 senders'] },
  ],
  facts: { slo: { metric: 'request-latency', thresholdMs: 100 } },
} as unknown as NonNullable<Incident['diagnosis']>;

const plan = {
  hash: 'ab',
  stages: [[LEAF1]],
  diffs: [{ device: LEAF1, leaves: [{ path: '/weight', before: 32, after: 20 }] }],
  predicted: { gainRatio: -0.34 },
  checks: [],
  risk: { level: 'low', reasons: [] },
} as unknown as Change['plan'];

function changeOf(part: Partial<Change> = {}): Change {
  const device = { progress: 'untouched', commitConfirmed: false, lastError: '' };
  return {
    ...{ id: CHG, origin: 'rule', rule: ruleName('reroute'), incident: INC, intent: null },
    ...{ objectiveId: 'chat', action: { type: 'reroute', routes: [] }, mode: 'auto', plan },
    ...{ state: 'proposed', reason: 'proposed by loop', createdMs: T0 + 4_000, updatedMs: 0 },
    ...{ leaseUntilMs: null, times: { observed: T0 }, devices: { [LEAF1]: device } },
    ...{ verdict: null, approvedBy: null, cause: 'congestion' },
    ...part,
  } as unknown as Change;
}

const moved = (from: Change['state'], to: Change['state'], reason = '', id = CHG): RecordBody => ({
  kind: 'change-transition',
  ...{ id, from, to, reason, times: to === 'confirmed' ? { settled: T0 + 9_000 } : {} },
});
const noted = (rule: string | null, note: string): RecordBody => ({
  kind: 'incident-diagnosed',
  ...{ id: INC, diagnosis, rule: rule === null ? null : ruleName(rule), note },
});
const other: RecordBody = { kind: 'frozen', by: 'ops', reason: 'something else' };

const WRITTEN: readonly RecordBody[] = [
  moved('proposed', 'validated'),
  moved('validated', 'scheduled'),
  moved('scheduled', 'applying'),
  {
    kind: 'device-prepared',
    ...{ id: CHG, device: LEAF1, preImage: [], postHash: 'x', commitConfirmed: true },
    ...{ commitId: 'w-1', deadlineMs: T0 + 60_000 },
  },
  { kind: 'device-operation', id: CHG, device: LEAF1, verb: 'commit', attempt: 1 },
  {
    kind: 'device-outcome',
    ...{ id: CHG, device: LEAF1, verb: 'commit', outcome: 'done', code: null, message: '' },
    sentMs: null,
  },
  moved('applying', 'applied'),
  moved('applied', 'verifying'),
  {
    kind: 'verdict',
    id: CHG,
    verdict: {
      ...{ verdict: 'improved', beforeMs: 150, afterMs: 60, effectRatio: -0.6, pValue: 0.01 },
      ...{ samples: 20, evidence: ['20 samples'] },
    },
  },
  moved('verifying', 'confirming'),
  moved('confirming', 'confirmed', 'helped'),
];
const KEPT: readonly RecordBody[] = [
  other,
  { kind: 'incident-opened', incident },
  noted(null, ''),
  noted('weight', 'rule weight applies, but no candidate gains enough'),
  noted('reroute', ''),
  { kind: 'change-proposed', change: changeOf() },
  ...WRITTEN,
  noted('reroute', 'rule reroute is in its cool-down'),
  { kind: 'incident-closed', id: INC, reason: 'the objective is met again' },
  other,
];

const POLICY: PolicyOrder = {
  hash: 'ef',
  rules: ['first', 'weight', 'reroute', 'last'].map((name) => ({
    name: ruleName(name),
    enterText: `${name} holds`,
  })),
};

/** A journal of these records, one second apart, of which the first `compacted` are gone. */
function journalOf(bodies: readonly RecordBody[], compacted = 0) {
  const records = bodies.map((body, i): JournalRecord => ({
    ...{ sequence: i + 1, atMs: T0 + i * 1_000, epoch: 1, hash: '', body },
  }));
  const model = new ReadModel();
  for (const record of records) model.apply(record);
  const reads: number[] = [];
  /** Records that had been read at each pause. */
  const pauses: number[] = [];
  return {
    model,
    records,
    reads,
    pauses,
    pause: () => {
      pauses.push(reads.length);
      return Promise.resolve();
    },
    lastSequence: () => Promise.resolve(records.length),
    async *read(from: number): AsyncGenerator<JournalRecord> {
      for (const record of records.slice(Math.max(from - 1, compacted))) {
        reads.push(record.sequence);
        yield await Promise.resolve(record);
      }
    },
  };
}

async function told(
  journal: ReturnType<typeof journalOf>,
  id: string,
  policy: PolicyOrder | null = POLICY,
): Promise<Explanation> {
  const story = await readStory(journal, journal.model, id, journal.pause);
  if (story === null) throw new Error(`nothing is known of ${id}`);
  return explain(story, policy);
}

describe('an explanation', () => {
  it('is the whole chain of a change that a rule made', async () => {
    const all = await told(journalOf(KEPT), 'chg-1');
    expect(all.origin).toEqual({ type: 'rule', name: 'reroute', by: 'loop', atMs: T0 + 4_000 });
    expect(all.symptom).toMatchObject({ figureMs: 150, thresholdMs: 100, observedMs: T0 });
    expect(all.cause).toMatchObject({ name: 'congestion', evidence: ['93 % against 80 %'] });
    expect(all.cause?.rejected).toMatchObject([
      { name: 'incast', score: 0.35, why: 'scored 0.35, 0.55 less than congestion' },
    ]);
    expect(all.choice?.leaves).toEqual([
      { device: 'leaf1', path: '/weight', before: 32, after: 20 },
    ]);
    expect(all.transaction?.devices[0]).toMatchObject({ device: 'leaf1', progress: 'committed' });
    expect(all.transaction?.devices[0]?.steps.map((step) => [step.verb, step.outcome])).toEqual([
      ['prepare', 'done'],
      ['commit', null],
      ['commit', 'done'],
    ]);
    expect(all.verdict).toMatchObject({ verdict: 'improved', effectRatio: -0.6 });
    expect(all.end).toMatchObject({ state: 'confirmed', over: true, atMs: T0 + 9_000 });
  });

  it('tells the answers of rules that are recorded, and that the others are not', async () => {
    const { rules, notRecorded } = await told(journalOf(KEPT), 'chg-1');
    expect(rules).toMatchObject({ policy: 'now', context: null, decidedMs: null });
    expect(rules?.order).toMatchObject([
      { name: 'first', when: 'first holds', answer: null },
      {
        ...{ name: 'weight', when: 'weight holds' },
        answer: 'rule weight applies, but no candidate gains enough',
      },
      { name: 'reroute', when: 'reroute holds', answer: 'chosen' },
    ]);
    // What was noted after the change was made is not a reason for it.
    expect(rules?.answers.map(({ rule }) => rule)).toEqual(['weight', 'reroute']);
    expect(notRecorded).toContain('what these rules answered: first');
    const alone = await told(journalOf(KEPT), 'chg-1', null);
    expect(alone.rules?.order).toEqual([]);
    expect(alone.notRecorded.join()).toContain('the rules that were asked before');
  });

  it('takes the cause from the diagnosis that the change was made on', async () => {
    const [first, ...rest] = KEPT.slice(0, 6);
    const later = { ...diagnosis, causes: [{ ...diagnosis.causes[1], score: 1 }] };
    const bodies = [first, ...rest, { ...noted('x', 'y'), diagnosis: later }] as RecordBody[];
    expect((await told(journalOf(bodies), 'chg-1')).cause?.name).toBe('congestion');
    expect((await told(journalOf(bodies), 'inc-1')).cause?.name).toBe('incast');
  });

  it('is told of an incident, with what was done about it', async () => {
    const all = await told(journalOf(KEPT), 'inc-1');
    expect(all.subject).toEqual({ kind: 'incident', id: 'inc-1' });
    expect([all.choice, all.origin, all.verdict]).toEqual([null, null, null]);
    expect(all.changes).toEqual([
      {
        ...{ id: 'chg-1', relation: 'same-incident', type: 'reroute', state: 'confirmed' },
        verdict: 'improved',
      },
    ]);
    expect(all.end).toMatchObject({ state: 'closed', reason: 'the objective is met again' });
    expect(all.rules?.answers.at(-1)?.note).toBe('rule reroute is in its cool-down');
  });

  it('has no symptom and no rules where a person or an intent asked, and says who', async () => {
    const asked = { rule: null, incident: null, cause: null } as const;
    const byAnn = changeOf({ ...asked, origin: 'operator', reason: 'proposed by ann' });
    const drain = intentId('Drain', 'optics');
    const bodies: RecordBody[] = [
      { kind: 'change-proposed', change: byAnn },
      moved('proposed', 'rejected', 'black-hole: no way is left'),
      {
        kind: 'change-proposed',
        change: changeOf({ ...asked, id: changeId('chg-2'), origin: 'intent', intent: drain }),
      },
    ];
    const first = await told(journalOf(bodies), 'chg-1');
    expect([first.symptom, first.cause, first.rules]).toEqual([null, null, null]);
    expect(first.origin).toMatchObject({ type: 'operator', name: '', by: 'ann' });
    expect(first.end).toMatchObject({ state: 'rejected', reason: 'black-hole: no way is left' });
    expect(first.transaction?.devices[0]).toMatchObject({ progress: 'untouched', steps: [] });
    expect(first.notRecorded).toEqual([]);
    const second = await told(journalOf(bodies), 'chg-2');
    expect(second.origin).toMatchObject({ type: 'intent', name: 'Drain/optics' });
    expect(second.end).toMatchObject({ state: 'proposed', over: false, atMs: null });
  });

  it('connects a change with the one that undoes it', async () => {
    const undo = changeOf({
      ...{ id: changeId('chg-2'), origin: 'operator', rule: null, incident: null },
      action: { type: 'undo', changeId: 'chg-1' },
    });
    const journal = journalOf([...KEPT, { kind: 'change-proposed', change: undo }]);
    expect((await told(journal, 'chg-2')).changes).toMatchObject([
      { id: 'chg-1', relation: 'undoes' },
    ]);
    expect((await told(journal, 'chg-1')).changes).toMatchObject([
      { id: 'chg-2', relation: 'undone-by' },
    ]);
  });
});

/** What this version records: the decision before the change, the limit, what was ruled out. */
const candidate = {
  ...{ action: 'reroute 10.0.2.0/24 at leaf1', type: 'reroute' },
  ...{ gainRatio: -0.34, uncertaintyRatio: 0.25, explanation: 'moves it', method: 'min-churn' },
  ...{ notes: ['4 entries move'], learned: { helped: 2, failed: 1, successRatio: 0.667 } },
};
const asked = (rule: string, answer: string, candidates: unknown[] = []) => ({
  ...{ rule, when: `${rule} held`, answer, detail: `${rule}: ${answer}`, candidates },
  ...{ bestGainRatio: candidates.length === 0 ? null : -0.34, minGainRatio: 0.05 },
});
const decided = (
  chosen: string | null,
  cause = { ...diagnosis.causes[0], probability: 0.8, parts: [] },
): RecordBody =>
  ({
    kind: 'decision-taken',
    decision: {
      ...{ incident: INC, objectiveId: 'chat', atMs: T0 + 3_900, policyHash: 'of-then' },
      ...{ quantile: 0.95, healthyMs: 35, facts: diagnosis.facts, causes: [cause] },
      ...{ rejected: [], context: 'real-time-inference/leaf' },
      rules: [
        asked('weight', 'condition-false'),
        asked('reroute', chosen === null ? 'no-gain' : 'chosen', [candidate]),
        asked('ecn', 'not-asked'),
      ],
      chosen:
        chosen === null
          ? null
          : {
              rule: chosen,
              action: candidate.action,
              mode: 'auto',
              gainRatio: -0.34,
              why: 'first',
            },
    },
  }) as unknown as RecordBody;
const [CAUSE] = diagnosis.causes;
const PRESENT: readonly RecordBody[] = KEPT.flatMap((body): RecordBody[] => {
  if (body.kind === 'incident-opened') {
    const heldAgainst = { metric: 'request-latency', quantile: 0.95, thresholdMs: 100 };
    return [{ ...body, incident: { ...body.incident, heldAgainst } }];
  }
  if (body.kind === 'incident-diagnosed' && CAUSE !== undefined) {
    const causes = [{ ...CAUSE, probability: 0.8, parts: [] }];
    const rejected = [{ name: 'gray-link', why: 'nothing is lost' }] as const;
    return [{ ...body, diagnosis: { ...body.diagnosis, causes, rejected } }];
  }
  if (body.kind === 'change-proposed') {
    const lesson = { cause: 'congestion', action: 'reroute', context: 'real-time-inference/leaf' };
    const change = { ...body.change, lesson: { ...lesson, halfLifeMs: 1e9 } };
    return [decided('reroute'), { ...body, change }];
  }
  return [body];
});

describe('an explanation of what this version recorded', () => {
  it('says everything: nothing is left unrecorded, of the change and of the incident', async () => {
    const journal = journalOf(PRESENT);
    expect((await told(journal, 'chg-1', null)).notRecorded).toEqual([]);
    expect((await told(journal, 'inc-1', null)).notRecorded).toEqual([]);
  });

  it('has the rules of the policy that decided, with their candidates and what was learned', async () => {
    const { rules, choice } = await told(journalOf(PRESENT), 'chg-1');
    expect(rules).toMatchObject({
      ...{ policy: 'decided', policyHash: 'of-then', decidedMs: T0 + 3_900 },
      ...{ context: 'real-time-inference/leaf', chosen: 'reroute' },
    });
    expect(rules?.order.map(({ name, answer }) => [name, answer])).toEqual([
      ['weight', 'condition-false'],
      ['reroute', 'chosen'],
      ['ecn', 'not-asked'],
    ]);
    expect(rules?.order[1]?.candidates).toEqual([candidate]);
    const { learned, method } = candidate;
    expect(choice).toMatchObject({ why: 'first', method, learned });
  });

  it('holds what was measured against what was predicted, and says what it taught', async () => {
    const all = await told(journalOf(PRESENT), 'chg-1');
    expect(all.comparison).toMatchObject({ predictedRatio: -0.34, measuredRatio: -0.6 });
    expect(all.lesson).toEqual({
      ...{ cause: 'congestion', action: 'reroute', context: 'real-time-inference/leaf' },
      ...{ counted: 'helped', now: { helped: 1, failed: 0, successRatio: 1 } },
    });
    const open = await told(journalOf(PRESENT.slice(0, 12)), 'chg-1');
    expect(open.lesson).toMatchObject({ counted: 'open', now: null });
    const { symptom, cause } = all;
    expect(symptom).toMatchObject({ kind: 'latency', quantile: 0.95, thresholdMs: 100 });
    expect(cause).toMatchObject({ probability: 0.8, ruledOut: [{ name: 'gray-link' }] });
  });

  it('takes the cause that was decided on where the incident stands at another one', async () => {
    const incast = { ...diagnosis.causes[1], probability: 0.9, parts: [] } as never;
    const bodies = PRESENT.map((body) =>
      body.kind === 'decision-taken' ? decided('reroute', incast) : body,
    );
    expect((await told(journalOf(bodies), 'chg-1')).cause?.name).toBe('incast');
  });

  it('tells of the last decision on an incident, and gives no decision to what did not come of it', async () => {
    const journal = journalOf([...PRESENT.slice(0, -2), decided(null)]);
    const { rules } = await told(journal, 'inc-1');
    expect(rules?.order.map(({ answer }) => answer)).toContain('no-gain');
    const asked = changeOf({ id: changeId('chg-2'), origin: 'operator', rule: null });
    const by = journalOf([...PRESENT, { kind: 'change-proposed', change: asked }]);
    expect((await told(by, 'chg-2')).choice).toMatchObject({ why: null, learned: null });
  });

  it('tells what going back showed of a change without proof, and which one makes it again', async () => {
    const onTrial = PRESENT.slice(0, -2).flatMap((body): RecordBody[] => {
      if (body.kind === 'verdict') {
        const verdict = { ...body.verdict, verdict: 'inconclusive', switchback: true } as const;
        return [{ ...body, verdict }];
      }
      if (body.kind !== 'change-transition' || body.id !== CHG) return [body];
      if (body.to === 'confirming') return [moved('verifying', 'rolling-back')];
      return body.to === 'confirmed' ? [moved('rolling-back', 'rolled-back')] : [body];
    });
    const trial = await told(journalOf(onTrial), 'chg-1');
    expect(trial.switchback?.outcome).toBe('open');
    expect(trial.lesson).toMatchObject({ counted: 'open', now: null });
    const judged = (outcome: 'proved' | 'refuted'): RecordBody[] => [
      ...onTrial,
      other,
      { kind: 'switchback-judged', id: CHG, outcome, reason: 'it was as before' },
    ];
    const refuted = await told(journalOf(judged('refuted')), 'chg-1');
    expect(refuted.switchback).toEqual({ outcome: 'refuted', reason: 'it was as before' });
    expect(refuted.lesson).toMatchObject({ counted: 'half-failed', now: { failed: 0.5 } });
    const again = changeOf({ id: changeId('chg-2'), repeats: CHG });
    const proved = journalOf([...judged('proved'), { kind: 'change-proposed', change: again }]);
    expect((await told(proved, 'chg-1')).lesson).toMatchObject({ counted: 'none', now: null });
    expect((await told(proved, 'chg-1')).changes).toMatchObject([{ relation: 'repeated-by' }]);
    expect((await told(proved, 'chg-2')).changes).toMatchObject([{ relation: 'repeats' }]);
  });

  it('is told from the fold when the records are compacted away', async () => {
    const all = await told(journalOf(PRESENT, PRESENT.length - 3), 'chg-1');
    expect(all.rules?.policy).toBe('decided');
    expect(all.choice?.why).toBe('first');
  });
});

describe('the story of a change', () => {
  it('is the same from the journal alone, when the fold holds nothing but how many there were', async () => {
    const journal = journalOf(KEPT);
    const whole = await told(journal, 'chg-1');
    const state = journal.records.reduce(applyRecord, emptyDurableState);
    journal.model.restore({ ...state, changes: new Map(), incidents: new Map() });
    expect(await told(journal, 'chg-1')).toEqual({ ...whole, changes: [] });
    expect((await told(journal, 'inc-1')).end).toMatchObject({ state: 'closed' });
  });

  it('says what is gone when the journal was compacted, and tells the rest from the fold', async () => {
    const all = await told(journalOf(KEPT, 12), 'chg-1');
    expect(all.end.state).toBe('confirmed');
    expect(all.cause?.name).toBe('congestion');
    expect(all.origin?.by).toBeNull();
    expect(all.notRecorded[0]).toMatch(/^times per device and notes: the journal was compacted/);
  });

  it('is found by its time, not by reading the whole journal', async () => {
    const before = Array.from({ length: 5_000 }, () => other);
    const journal = journalOf([...before, ...KEPT]);
    const late = journal.model.change('chg-1') as Change;
    const atMs = T0 + 5_000_000;
    journal.model.restore({
      ...journal.records.reduce(applyRecord, emptyDurableState),
      changes: new Map([[CHG, { ...late, createdMs: atMs }]]),
      incidents: new Map([[INC, { ...incident, observedMs: atMs }]]),
    });
    expect((await told(journal, 'chg-1')).transaction?.transitions).toHaveLength(7);
    expect(journal.reads.length).toBeLessThan(400);
  });

  it('lets others work while a long journal is read', async () => {
    const between = Array.from({ length: 3_000 }, () => other);
    const journal = journalOf([...KEPT.slice(0, 2), ...between]);
    await told(journal, 'inc-1');
    const stretches = journal.pauses.map((at, i) => at - (journal.pauses[i - 1] ?? 0));
    expect(journal.reads.length).toBeGreaterThan(3_000);
    expect(Math.max(...stretches)).toBeLessThanOrEqual(200);
  });

  it('is searched for from the first record when the clock was set meanwhile', async () => {
    const journal = journalOf(KEPT);
    const state = journal.records.reduce(applyRecord, emptyDurableState);
    const late = { ...(state.changes.get(CHG) as Change), createdMs: T0 + 9_000_000 };
    journal.model.restore({ ...state, changes: new Map([[CHG, late]]), incidents: new Map() });
    expect((await told(journal, 'chg-1')).transaction?.transitions).toHaveLength(7);
  });

  it.each(['chg-2', 'chg-0', 'inc-2', 'chg-99999999', 'reroute', 'chg-1x', ''])(
    'is null for %p, without a read',
    async (id) => {
      const journal = journalOf(KEPT);
      expect(await readStory(journal, journal.model, id, journal.pause)).toBeNull();
      expect(journal.reads).toEqual([]);
    },
  );
});
