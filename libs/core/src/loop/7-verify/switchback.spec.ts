import { strategies } from '@weir/algorithms';
import { changeId, incidentId, type Change, type Incident, type Policy } from '../../model';
import { emptyDurableState } from '../../state';
import { repeatAfterwards, repeatProved, trialOf } from '../4-decide/repeat';
import { changeOf, clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { emptyObservedState, type ObjectiveState, type ObservedState } from '../observed';
import { Pass } from '../pass';
import { verify } from './index';

const network = clos(2, 2);
const BAD_MS = 100;
const GOOD_MS = 10;
const FIRST = changeId('chg-1');
const AGAIN = changeId('chg-2');
const INCIDENT = incidentId('inc-1');
const VERIFY = {
  settleMs: 0,
  minSamples: 6,
  maxMs: 25_000,
  minGainRatio: 0.05,
  alpha: 0.05,
  switchback: 'unproven',
  harm: { objectiveRatio: 0.5, otherObjectivesRatio: 0.5, lossIncrease: 1 },
  onInconclusive: 'rollback',
} as const;

const incident = {
  id: INCIDENT,
  objectiveId: 'objective',
  state: 'open',
  changes: [FIRST],
  observedMs: NOW.wallMs - 20_000,
  detectedMs: NOW.wallMs - 15_000,
} as unknown as Incident;

/** A loop that sees one sample a second and is told what its devices do. */
class Watched {
  private samples = Array.from({ length: 12 }, (_, i) =>
    sample(NOW.monoMs - 12_000 + i * 1000, BAD_MS),
  );
  private durable = { ...emptyDurableState, incidents: new Map([[INCIDENT, incident]]) };
  private observed: ObservedState = { ...emptyObservedState, holdReason: '' };
  private seconds = 0;

  constructor(private readonly switchback: 'never' | 'unproven' = 'unproven') {}

  put(change: Change): void {
    this.durable = {
      ...this.durable,
      changes: new Map([...this.durable.changes, [change.id, change]]),
    };
  }

  applied(id = FIRST, repeats?: typeof FIRST): Change {
    const verifyPolicy = { ...VERIFY, switchback: this.switchback };
    const wallMs = NOW.wallMs + this.seconds * 1000;
    const times = { observed: NOW.wallMs - 20_000, applying: wallMs - 100 };
    const made = changeOf(network, {}, { state: 'applied', verify: verifyPolicy, times });
    const change = { ...made, id, rule: 'reroute', incident: INCIDENT } as Change;
    this.put(repeats === undefined ? change : { ...change, repeats });
    this.look();
    return this.change(id);
  }

  see(quantileMs: number, times: number): void {
    for (let i = 0; i < times; i++) {
      this.seconds++;
      this.samples = [...this.samples, sample(NOW.monoMs + this.seconds * 1000 - 500, quantileMs)];
      this.look();
    }
  }

  change(id = FIRST): Change {
    const change = this.durable.changes.get(id);
    if (change === undefined) throw new Error(`no ${id}`);
    return change;
  }

  /** Every device was read back as it was. */
  goBack(): void {
    this.put({ ...this.change(), state: 'rolled-back' });
    this.look();
  }

  /** Another process takes over what the journal holds, after some time. */
  restart(seconds = 1): void {
    this.seconds += seconds;
    this.samples = [];
    this.observed = { ...emptyObservedState, holdReason: '' };
    const changes = [...this.durable.changes].map(
      ([id, change]) => [id, JSON.parse(JSON.stringify(change)) as Change] as const,
    );
    this.durable = { ...this.durable, changes: new Map(changes) };
  }

  pass(): Pass {
    const ms = this.seconds * 1000;
    const objective = { id: 'objective', flows: [] };
    const state = { objective, samples: this.samples } as unknown as ObjectiveState;
    const frame = { ...frameOf(network), sequence: this.seconds + 1, atMs: NOW.monoMs + ms };
    const seen = { frame, objectives: new Map([['objective', state]]), images: network.images };
    const { env } = passOf(network);
    const rules = [{ name: 'reroute', mode: 'auto' }] as unknown as Policy['rules'];
    return new Pass(
      { ...env, strategies, policy: { ...env.policy, rules } },
      { durable: this.durable, observed: { ...this.observed, ...seen } },
      { monoMs: NOW.monoMs + ms, wallMs: NOW.wallMs + ms },
    );
  }

  private look(): void {
    const pass = this.pass();
    verify(pass);
    this.observed = pass.observed;
    this.durable = { ...pass.durable, incidents: this.durable.incidents };
  }
}

const sample = (atMs: number, quantileMs: number) => ({ atMs, quantileMs, count: 100 });

/** Gets better long after it settled, as it would when something else was the reason. */
function onTrial(switchback?: 'never' | 'unproven'): Watched {
  const loop = new Watched(switchback);
  loop.applied();
  loop.see(BAD_MS, 5);
  loop.see(GOOD_MS, 22);
  return loop;
}

describe('switchback', () => {
  it('takes back what looks better without proof, and the incident waits for what that shows', () => {
    const loop = onTrial();
    expect(loop.change().verdict).toMatchObject({ verdict: 'inconclusive', switchback: true });
    loop.goBack();
    expect(trialOf(loop.pass(), incident)).toContain('taken back');
    expect(loop.change().switchback).toBeUndefined();
  });

  it('makes it again when it is as bad as before without it, and then believes it soon', () => {
    const loop = onTrial();
    loop.goBack();
    loop.see(BAD_MS, 8);
    expect(loop.change().switchback?.outcome).toBe('proved');
    expect(trialOf(loop.pass(), incident)).toBeNull();
    const draft = repeatProved(loop.pass(), incident);
    expect(draft).toMatchObject({ repeats: FIRST, action: loop.change().action, mode: 'auto' });
    loop.applied(AGAIN, FIRST);
    loop.see(GOOD_MS, 4);
    expect(loop.change(AGAIN).verdict).toMatchObject({ verdict: 'improved', beforeMs: BAD_MS });
    const both = { ...incident, changes: [FIRST, AGAIN] };
    expect(repeatProved(loop.pass(), both)).toBeNull();
  });

  it('is waited for, and made again once, by an incident that going back opened', () => {
    const loop = onTrial();
    loop.goBack();
    const next = { ...incident, id: incidentId('inc-2'), changes: [] };
    expect(trialOf(loop.pass(), next)).toContain('taken back');
    expect(trialOf(loop.pass(), { ...next, objectiveId: 'another' })).toBeNull();
    loop.see(BAD_MS, 8);
    expect(repeatProved(loop.pass(), next)).toMatchObject({ repeats: FIRST, incident: 'inc-2' });
    loop.applied(AGAIN, FIRST);
    expect(repeatProved(loop.pass(), { ...next, id: incidentId('inc-3') })).toBeNull();
  });

  it('is made again although its incident is over and no other one opened', () => {
    const loop = onTrial();
    loop.goBack();
    loop.see(BAD_MS, 8);
    const after = (incidents: readonly Incident[]) => {
      const pass = loop.pass();
      pass.durable = { ...pass.durable, incidents: new Map(incidents.map((i) => [i.id, i])) };
      return repeatAfterwards(pass);
    };
    const closed = { ...incident, state: 'closed' as const };
    expect(after([closed])).toMatchObject({ repeats: FIRST, incident: INCIDENT });
    // An incident of the objective has the say, whatever it comes to.
    expect(after([closed, { ...incident, id: incidentId('inc-2') }])).toBeNull();
    expect(after([])).toBeNull();
    loop.applied(AGAIN, FIRST);
    expect(after([closed])).toBeNull();
  });

  it('leaves it when it stays good without it', () => {
    const loop = onTrial();
    loop.goBack();
    loop.see(GOOD_MS, 8);
    expect(loop.change().switchback?.outcome).toBe('refuted');
    expect(repeatProved(loop.pass(), incident)).toBeNull();
  });

  it('is finished by another process, which makes it again and believes it soon', () => {
    const loop = onTrial();
    const { trial } = loop.change();
    loop.restart();
    expect(loop.change().trial).toEqual(trial);
    loop.goBack();
    loop.see(BAD_MS, 8);
    expect(loop.change().switchback?.outcome).toBe('proved');
    loop.restart();
    expect(repeatProved(loop.pass(), incident)).toMatchObject({ repeats: FIRST });
    loop.see(BAD_MS, 1);
    loop.applied(AGAIN, FIRST);
    loop.see(GOOD_MS, 4);
    expect(loop.change(AGAIN).verdict?.verdict).toBe('improved');
  });

  it('is refuted by another process as well, and then nothing is kept of it', () => {
    const loop = onTrial();
    loop.restart();
    loop.goBack();
    loop.see(GOOD_MS, 8);
    expect(loop.change().switchback?.outcome).toBe('refuted');
    expect(loop.change().trial).toBeUndefined();
  });

  it('waits for the first look after a restart, when no objective is known yet', () => {
    const loop = onTrial();
    loop.put({ ...loop.change(), state: 'rolled-back' });
    loop.restart();
    const pass = loop.pass();
    pass.observe({ objectives: new Map() });
    verify(pass);
    expect(pass.durable.changes.get(FIRST)?.switchback).toBeUndefined();
    pass.looked = true;
    verify(pass);
    expect(pass.durable.changes.get(FIRST)?.switchback?.outcome).toBe('refuted');
  });

  it('ends where too long ago was measured, or an old journal says nothing of it', () => {
    const late = onTrial();
    late.restart(51);
    late.goBack();
    expect(late.change().switchback?.reason).toContain('too long ago');
    const old = onTrial();
    old.restart();
    const { trial, ...change } = old.change();
    expect(trial).toBeDefined();
    old.put({ ...change, state: 'rolled-back' });
    old.see(BAD_MS, 1);
    expect(old.change().switchback?.reason).toContain('not known any more');
  });

  it('keeps what got better at once, and asks nothing where the policy says never', () => {
    const loop = new Watched();
    loop.applied();
    loop.see(GOOD_MS, 8);
    expect(loop.change().verdict?.verdict).toBe('improved');
    const { verdict } = onTrial('never').change();
    expect(verdict?.verdict).toBe('inconclusive');
    expect(verdict?.switchback).toBeUndefined();
  });
});
