import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import type { RecordBody } from '@weir/core/model';
import { DaemonDouble, Refused } from '../testing/daemon-double';
import { sampleChange, sampleIncident } from '../testing/samples';
import { weir } from '../testing/weir';

/** An incident with two causes, a change on it that a rule made, and its rejection. */
function story(): readonly RecordBody[] {
  const { diagnosis, rule, note, ...incident } = sampleIncident();
  if (diagnosis === null) throw new Error('the sample has a diagnosis');
  const second = { name: 'incast', score: 0.3, at: 'leaf1:eth9', evidence: ['4 senders'] } as const;
  const found = { ...diagnosis, causes: [...diagnosis.causes, second] };
  const id = sampleChange().id;
  return [
    {
      kind: 'incident-opened',
      incident: { ...incident, diagnosis: null, rule: null, changes: [], note: '' },
    },
    { kind: 'incident-diagnosed', id: incident.id, diagnosis: found, rule, note },
    {
      kind: 'change-proposed',
      change: sampleChange({ state: 'proposed', reason: 'proposed by loop' }),
    },
    {
      kind: 'change-transition',
      ...{ id, from: 'proposed', to: 'rejected', times: {} },
      reason: 'blast-radius: 9 devices, limit 8',
    },
  ];
}

/** The same as this version records it: with the decision, what was ruled out, and the lesson. */
function presentStory(): readonly RecordBody[] {
  const { id: incident, objectiveId, diagnosis } = sampleIncident();
  if (diagnosis === null) throw new Error('the sample has a diagnosis');
  const { plan, rule } = sampleChange();
  const { gainRatio, uncertaintyRatio } = plan.predicted;
  const learned = { helped: 2, failed: 1, successRatio: 0.6667 };
  const found = { explanation: 'moves 4 of 64 entries', method: 'min-churn', notes: ['proved'] };
  const moves = { action: 'reroute 10.0.2.0/24 at leaf1', type: 'reroute', learned, ...found };
  const nothing = { explanation: 'do nothing', method: '', notes: [], learned: null };
  const rest = { gainRatio: 0, uncertaintyRatio: 0, ...nothing };
  const answered = (name: string, answer: string) =>
    ({
      ...{ rule: name as never, when: `${name} holds`, answer, detail: '' },
      ...{ bestGainRatio: null, minGainRatio: 0.05, candidates: [] },
    }) as const;
  const why = 'the first rule of the policy that applies and gains enough';
  const lesson = { cause: 'congestion', action: 'reroute', context: 'training/leaf' };
  const parts = [{ signal: 'utilization', value: 0.93, weight: 0.9 }];
  const causes = diagnosis.causes.map((cause) => ({ ...cause, probability: 0.8, parts }));
  const rejected = [{ name: 'gray-link', why: 'no link loses more than 0.1 %' }] as const;
  const heldAgainst = { metric: 'request-latency', quantile: 0.95, thresholdMs: 100 };
  const decision = {
    ...{ incident, objectiveId, atMs: 1_000_000, policyHash: 'cd'.repeat(32), quantile: 0.95 },
    ...{ healthyMs: 35, facts: diagnosis.facts, causes, rejected, context: 'training/leaf' },
    rules: [
      answered('scheduler', 'condition-false'),
      {
        ...{ ...answered('reroute', 'chosen'), detail: why, bestGainRatio: gainRatio },
        candidates: [
          { gainRatio, uncertaintyRatio, ...moves },
          { action: 'do nothing', type: 'none', ...rest },
        ],
      },
      answered('ecn', 'not-asked'),
    ],
    chosen: { rule: rule as never, action: moves.action, mode: 'auto', gainRatio, why },
  } as const;
  return story().flatMap((body): RecordBody[] => {
    if (body.kind === 'incident-opened')
      return [{ ...body, incident: { ...body.incident, heldAgainst } }];
    if (body.kind === 'incident-diagnosed')
      return [{ ...body, diagnosis: { ...body.diagnosis, causes, rejected } }];
    if (body.kind !== 'change-proposed') return [body];
    const change = { ...body.change, lesson: { ...lesson, halfLifeMs: 1e9 } };
    return [
      { kind: 'decision-taken', decision } as unknown as RecordBody,
      { kind: 'change-proposed', change },
    ];
  });
}

describe('weir explain', () => {
  let dir: string;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'weir-explain-'));
    const journal = await openLmdbJournal({ dir });
    // Ids count the changes and incidents of a journal: these are number 7 and number 3.
    for (let i = 1; i < 7; i++)
      await journal.append(1, 0, [
        { kind: 'change-proposed', change: { ...sampleChange(), id: `chg-${i}` as never } },
      ]);
    for (let i = 1; i < 3; i++)
      await journal.append(1, 0, [
        { kind: 'incident-opened', incident: { ...sampleIncident(), id: `inc-${i}` as never } },
      ]);
    await journal.append(1, 1_000_000, story());
    await journal.close();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('tells of a change from the journal alone, in words', async () => {
    const { exitCode, stdout } = await weir(['explain', 'chg-7', '--dir', dir]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^chg-7 {2}reroute, rejected: wanted by rule reroute of the policy/);
    expect(stdout).toContain(
      '  LatencyObjective/chat, latency, request-latency: 150 ms against 100 ms, 35 ms when healthy\n',
    );
    expect(stdout).toContain('  congestion at leaf1:eth1, score 0.90, ');
    expect(stdout).toContain(
      '  not incast at leaf1:eth9: scored 0.30, 0.60 less than congestion\n',
    );
    expect(stdout).toContain('~ /system/config/hostname: a -> b\n');
    expect(stdout).toContain('  predicted gain -34 % (+/- 5 %), hottest link 93 % -> 61 %\n');
    expect(stdout).toContain('    blast-radius failed: blast-radius, 9 devices, limit 8\n');
    expect(stdout).toMatch(/^ {2}rejected at \S+: blast-radius: 9 devices, limit 8$/m);
    expect(stdout).toMatch(/^Not recorded\n( {2}.+\n)+$/m);
  });

  it('tells the whole chain of a change that this version made', async () => {
    const journal = await openLmdbJournal({ dir });
    const numbered = JSON.stringify(presentStory())
      .replaceAll('chg-7', 'chg-8')
      .replaceAll('inc-3', 'inc-4');
    await journal.append(1, 2_000_000, JSON.parse(numbered) as RecordBody[]);
    await journal.close();
    const { stdout } = await weir(['explain', 'chg-8', '--dir', dir]);
    for (const line of [
      'LatencyObjective/chat, latency, request-latency: p95 150 ms against 100 ms, 35 ms when healthy',
      'the score is the product of: utilization 0.93 counts 0.90',
      'not gray-link: no link loses more than 0.1 %',
      'decided 1970-01-01T00:16:40.000Z by policy cdcdcdcdcdcd, in training/leaf',
      '1. scheduler: its condition did not hold',
      '2. reroute: chosen: the first rule of the policy that applies and gains enough',
      '   reroute 10.0.2.0/24 at leaf1: predicted -34 % (+/- 5 %), by min-churn; helped 2 of 3 times (66.7 %)',
      '   or do nothing: gains nothing',
      '3. ecn: applies, but was not asked any more',
      'found by min-churn',
      'known of it then: helped 2 of 3 times (66.7 %)',
    ])
      expect(stdout).toContain(`  ${line}\n`);
    expect(stdout).toMatch(/congestion at leaf1:eth1, score 0.90, probability 80 %, diagnosed /);
    expect(stdout).toMatch(/\nLesson\n {2}reroute against congestion in training\/leaf: nothing/);
    expect(stdout).not.toContain('Not recorded');
  });

  it('tells of an incident, also as JSON', async () => {
    const outcome = await weir(['explain', 'incident/inc-3', '--dir', dir, '-o', 'json']);
    const told = JSON.parse(outcome.stdout) as { readonly changes: readonly unknown[] };
    expect(told).toMatchObject({ subject: { kind: 'incident', id: 'inc-3' }, choice: null });
    expect(told.changes.at(-1)).toMatchObject({ id: 'chg-7', state: 'rejected' });
  });

  it('says that there is no such change', async () => {
    const { exitCode, stderr } = await weir(['explain', 'chg-8', '--dir', dir]);
    expect([exitCode, stderr.split('\n').slice(0, 2)]).toEqual([
      1,
      ['error: no change is called chg-8', '  code: not-found'],
    ]);
  });

  it('asks the daemon, and passes on what it refuses', async () => {
    const whole = await weir(['explain', 'chg-7', '--dir', dir, '-o', 'json']);
    const daemon = await DaemonDouble.start();
    daemon.on('GET /v1/changes/chg-7/explanation', () => JSON.parse(whole.stdout) as unknown);
    daemon.on('GET /v1/incidents/inc-9/explanation', () => {
      throw new Refused('not-found', 'no incident is called inc-9', 'path.id');
    });
    const run = (...args: string[]) => weir(['--server', daemon.url, 'explain', ...args]);
    const words = (await weir(['explain', 'chg-7', '--dir', dir])).stdout;
    expect((await run('change/chg-7')).stdout).toBe(words);
    const none = await run('inc-9');
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('not-found')]);
    await daemon.stop();
    const down = await run('chg-7');
    expect([down.exitCode, down.stdout]).toEqual([1, '']);
    expect(down.stderr).toContain(daemon.url);
  });
});
