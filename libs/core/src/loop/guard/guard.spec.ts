import fc from 'fast-check';
import { changeId, deviceId, ruleName, type Change } from '../../model';
import { applyRecord, emptyDurableState, rememberEnd, type DurableState } from '../../state';
import { guardBefore, guardPlan } from './before';
import { keepsPaths } from './last-path';
import {
  changeOf,
  clos,
  digest,
  frameOf,
  networkOf,
  NOW,
  passOf,
  POLICY,
  withLimits,
  type Network,
  type Routes,
  type Situation,
} from './testing/network';

const P2 = '10.0.2.0/24';
const MOVE: Routes = { l1: { [P2]: { s1: 2 } } };

function refused(network: Network, change: Change, situation: Situation = {}, stage?: number) {
  const refusal = guardBefore(passOf(network, situation), change, stage ?? null);
  return refusal === null ? null : [refusal.code, refusal.reason];
}

/** No next hop of any leaf over this spine. */
const drainOf = (network: Network, spine: string): Routes =>
  Object.fromEntries(
    [...network.images.keys()]
      .filter((name) => name.startsWith('l'))
      .map((leaf) => [
        leaf,
        Object.fromEntries(
          [...network.topology.endpoints.values()]
            .filter(({ attachedTo }) => attachedTo.device !== leaf)
            .map(({ prefix }) => [prefix, { [spine]: 0 }]),
        ),
      ]),
  );

describe('the guards', () => {
  const network = clos(4, 4);

  it('let a small change pass, before its start and before its stage', () => {
    expect(refused(network, changeOf(network, MOVE))).toBeNull();
    expect(refused(network, changeOf(network, MOVE), {}, 0)).toBeNull();
  });

  it('stop a plan that drains everything although it claims to be validated', () => {
    const checks = [{ name: 'all', passed: true, code: null, detail: '' }];
    const all = Object.fromEntries(
      Object.entries(drainOf(network, 's1')).map(([leaf, prefixes]) => [
        leaf,
        Object.fromEntries(
          Object.keys(prefixes).map((prefix) => [prefix, { s1: 0, s2: 0, s3: 0, s4: 0 }]),
        ),
      ]),
    );
    const change = changeOf(network, all);
    const claims = { ...change, plan: { ...change.plan, checks } } as Change;
    expect(refused(network, claims)?.[0]).toBe('black-hole');
    // However it came about, and with no limit on capacity at all.
    for (const origin of ['rule', 'operator', 'intent'] as const)
      for (const stage of [undefined, 0])
        expect(refused(network, { ...claims, origin }, {}, stage)?.[0]).toBe('black-hole');
  });

  it('hold what is removed under the limit, open changes and standing ones counted', () => {
    const policy = withLimits({ maxRemovedCapacityRatio: 0.25 });
    const one = changeOf(network, drainOf(network, 's1'));
    expect(refused(network, one, { policy })).toBeNull();
    const second = { ...changeOf(network, drainOf(network, 's2')), id: changeId('chg-2') };
    const open = { ...one, state: 'verifying' } as Change;
    const changes = new Map([[one.id, open]]);
    expect(refused(network, second, { policy, durable: { changes } })).toEqual([
      'blast-radius',
      '8 links with 50 % of the capacity between switches would be out of use (limits.maxRemovedCapacityRatio)',
    ]);
    const kept = { ...one, state: 'confirmed', leaseUntilMs: NOW.wallMs + 1 } as Change;
    const image = passOf(network).observed.images;
    const images = new Map(
      [...image].map(([device, leaves]) => [
        device,
        new Map([...leaves].filter(([path]) => !(device.startsWith('l') && path.endsWith('/s1')))),
      ]),
    );
    const drained = { ...network, images };
    const next = { ...changeOf(drained, drainOf(drained, 's2')), id: changeId('chg-2') };
    const durable = { changes: new Map([[kept.id, kept]]) };
    expect(refused(drained, next, { policy, durable })?.[0]).toBe('blast-radius');
    expect(refused(drained, next, { policy })).toBeNull();
  });

  it('bound the devices of the loop, in one change and by layer', () => {
    const change = changeOf(network, { l1: MOVE['l1'] ?? {}, l3: { [P2]: { s2: 2 } } });
    const few = withLimits({ maxDevicesPerChange: 1 });
    expect(refused(network, change, { policy: few })?.[0]).toBe('blast-radius');
    const layer = withLimits({ maxLayerShare: 0.25 });
    expect(refused(network, change, { policy: layer })?.[1]).toContain(
      '2 of 4 devices of layer leaf',
    );
    const back = {
      ...changeOf(network, { l4: { [P2]: { s2: 2 } } }),
      state: 'rolling-back',
    } as Change;
    const durable = { changes: new Map([[changeId('chg-9'), { ...back, id: changeId('chg-9') }]]) };
    const one = changeOf(network, MOVE);
    expect(refused(network, one, { policy: layer, durable })?.[0]).toBe('blast-radius');
    // People have seen the plan.
    expect(refused(network, { ...change, origin: 'operator' }, { policy: layer })).toBeNull();
  });

  it('keep the spare of a prefix, and count no link that is down', () => {
    const two = changeOf(network, { l1: { [P2]: { s3: 0, s4: 0 } } });
    expect(refused(network, two)).toBeNull();
    const frame = frameOf(network, ['s2:l1']);
    expect(refused(network, two, { frame })?.[0]).toBe('spare-path-missing');
    const both = frameOf(network, ['s2:l1', 'l1:s1']);
    expect(refused(network, two, { frame: both })?.[0]).toBe('black-hole');
  });

  it('refuse what would loop or end on some of its ways', () => {
    const cables = [
      { a: 'l1', b: 's1' },
      { a: 'l1', b: 's2' },
      { a: 's1', b: 's2' },
      { a: 's1', b: 'l2' },
      { a: 's2', b: 'l2' },
    ];
    const ring = networkOf(
      cables,
      { l2: P2 },
      {
        l1: { [P2]: { s1: 1, s2: 1 } },
        s1: { [P2]: { l2: 1 } },
        s2: { [P2]: { l2: 1 } },
      },
    );
    const across = changeOf(ring, { s1: { [P2]: { s2: 1 } }, s2: { [P2]: { s1: 1 } } });
    expect(refused(ring, across)?.[0]).toBe('forwarding-loop');
    // One after the other is sound in the end, but not while both are being written.
    const swap = changeOf(ring, { s1: { [P2]: { s2: 1, l2: 0 } } });
    expect(refused(ring, swap)).toBeNull();
  });

  it('ask for spare capacity after one more failure where the policy does', () => {
    const change = changeOf(network, {
      l1: { [P2]: { s4: 0 }, '10.0.3.0/24': { s4: 0 }, '10.0.4.0/24': { s4: 0 } },
    });
    expect(refused(network, change)).toBeNull();
    const strict = withLimits({ maxFailureUtilizationRatio: 0.15 });
    expect(refused(network, change, { policy: strict })?.[0]).toBe('spare-capacity-missing');
    const mild = withLimits({ maxFailureUtilizationRatio: 0.3 });
    expect(refused(network, change, { policy: mild })).toBeNull();
  });

  it('want fresh telemetry of what is written, whoever asked', () => {
    const change = { ...changeOf(network, MOVE), origin: 'operator' } as Change;
    const stale = frameOf(network);
    stale.devices.ageMs[0] = 5_000;
    expect(refused(network, change, { frame: stale })?.[0]).toBe('telemetry-stale');
    const old = { ...frameOf(network), atMs: NOW.monoMs - 4_000 };
    expect(refused(network, change, { frame: old })?.[0]).toBe('telemetry-stale');
    const observed = { holdReason: '12 of 20 channels are unknown' };
    expect(refused(network, change, { observed }, 0)?.[0]).toBe('telemetry-stale');
  });

  it('want fresh telemetry of the far ends too, where the loop itself decided', () => {
    const change = changeOf(network, MOVE);
    const rowOf = (key: string): number => frameOf(network).layout.channelIndex.get(key) ?? -1;
    for (const port of ['s1:l3', 'l1:s4']) {
      const frame = frameOf(network);
      frame.channels.txBps[rowOf(port)] = NaN;
      expect(refused(network, change, { frame })?.[1]).toBe(`the load of ${port} is not known`);
      expect(refused(network, { ...change, origin: 'operator' }, { frame })).toBeNull();
    }
    const silent = frameOf(network);
    silent.devices.synced[[...network.topology.devices.keys()].indexOf(deviceId('s1'))] = 0;
    expect(refused(network, change, { frame: silent })?.[1]).toBe('s1 sends no telemetry');
    const far = frameOf(network);
    far.devices.synced[[...network.topology.devices.keys()].indexOf(deviceId('l4'))] = 0;
    expect(refused(network, change, { frame: far })).toBeNull();
  });

  it('hold what rests on counters that contradict each other, and only that', () => {
    const change = changeOf(network, MOVE);
    const lying = (device: string): Situation => ({
      observed: { contradictions: [{ devices: [deviceId(device)], evidence: 'it lies' }] },
    });
    for (const device of ['l1', 's3'])
      for (const stage of [undefined, 0])
        expect(refused(network, change, lying(device), stage)).toEqual([
          'telemetry-contradiction',
          'it lies',
        ]);
    expect(refused(network, change, lying('l3'))).toBeNull();
  });

  it('want the plan that was made, on the base that it was made from', () => {
    const change = changeOf(network, MOVE);
    const other = { ...change, plan: { ...change.plan, hash: digest('x') } } as Change;
    expect(refused(network, other)?.[0]).toBe('plan-hash-mismatch');
    const images = new Map(network.images).set(deviceId('l1'), new Map());
    expect(refused({ ...network, images }, change)?.[0]).toBe('base-drifted');
    expect(refused({ ...network, images }, change, {}, 0)?.[0]).toBe('base-drifted');
    const topology = { ...network.topology, revision: 'r2' };
    expect(refused({ ...network, topology }, change)?.[0]).toBe('base-drifted');
  });
});

describe('permission', () => {
  const network = clos(3, 3);
  const change = changeOf(network, MOVE);

  it('ends with a freeze, in the middle too', () => {
    const durable = { frozen: { by: 'ann', reason: 'looking' } };
    for (const stage of [undefined, 0])
      expect(refused(network, change, { durable }, stage)).toEqual([
        'frozen',
        'ann froze all changes: looking',
      ]);
  });

  it('follows the modes of rule and groups as they are now', () => {
    const rule = (mode: 'approve' | 'observe') => ({
      durable: { ruleModes: new Map([['rule', mode]]) },
    });
    expect(refused(network, change, rule('approve'))?.[0]).toBe('mode-forbids');
    const approved = { ...change, approvedBy: 'ann' } as Change;
    expect(refused(network, approved, rule('approve'))).toBeNull();
    expect(refused(network, approved, rule('observe'))?.[0]).toBe('mode-forbids');
    const group = { durable: { groupModes: new Map([['first', 'off' as const]]) } };
    expect(refused(network, { ...change, origin: 'intent' }, group)?.[0]).toBe('mode-forbids');
    const gone = { ...change, rule: ruleName('gone') } as Change;
    expect(refused(network, gone)?.[0]).toBe('mode-forbids');
  });

  it('waits for a person where the rule is escalated', () => {
    const durable = { escalated: new Map([['rule|objective', '3 undone']]) };
    expect(refused(network, change, { durable })?.[0]).toBe('mode-forbids');
    expect(refused(network, { ...change, objectiveId: 'other' }, { durable })).toBeNull();
  });

  it('ends with a freeze window, but not in the middle of a change', () => {
    const once = { kind: 'once', name: 'feast', groups: [], startMs: 0, endMs: 1_800_003_600_000 };
    const policy = { ...POLICY, freezeWindows: [once] } as typeof POLICY;
    expect(refused(network, change, { policy })).toEqual([
      'freeze-window',
      'freeze window feast is open until 2027-01-15 09:00 UTC',
    ]);
    expect(refused(network, change, { policy }, 0)).toBeNull();
  });

  it('ends with the budget and the number of open changes', () => {
    const startsMs = Array.from({ length: 20 }, (_, i) => NOW.wallMs - i * 60_000);
    expect(refused(network, change, { durable: { startsMs } })?.[0]).toBe('change-budget');
    const open = ['chg-8', 'chg-9'].map((id) => ({
      ...changeOf(network, { l3: { [P2]: { s1: 2 } } }),
      id: changeId(id),
      state: 'verifying',
    }));
    const changes = new Map(open.map((item) => [item.id, item as Change]));
    expect(refused(network, change, { durable: { changes } })?.[0]).toBe('limit-exceeded');
  });
});

describe('dwell time and A-B-A', () => {
  const network = clos(3, 3);
  const settled = (change: Change, agoMs: number, state = emptyDurableState): DurableState =>
    rememberEnd(state, change, NOW.wallMs - agoMs);
  const after = (): Network => ({
    ...network,
    images: new Map(network.images).set(
      deviceId('l1'),
      new Map(network.images.get(deviceId('l1'))).set(`/r[${P2}]/s1`, 2),
    ),
  });
  const kept = { ...changeOf(network, MOVE), state: 'confirmed' } as Change;
  const objection = (on: Network, change: Change, durable: DurableState) =>
    guardPlan(passOf(on, { durable }), change)?.[0] ?? null;

  it('a route rests after a change on it, whatever rule comes next', () => {
    const moved = after();
    const other = { ...changeOf(moved, { l1: { [P2]: { s2: 5 } } }), rule: ruleName('other') };
    expect(objection(moved, other, settled(kept, 30_000))).toBe('dwell-time');
    expect(objection(moved, other, settled(kept, 61_000))).toBeNull();
    const elsewhere = changeOf(moved, { l1: { '10.0.3.0/24': { s2: 5 } } });
    expect(objection(moved, elsewhere, settled(kept, 30_000))).toBeNull();
  });

  it('values that a change replaced are not brought back by another rule', () => {
    const moved = after();
    const back = { ...changeOf(moved, { l1: { [P2]: { s1: 1 } } }), rule: ruleName('other') };
    expect(objection(moved, back, settled(kept, 120_000))).toBe('reversal');
    expect(objection(moved, back, settled(kept, 601_000))).toBeNull();
    const undo = { ...back, action: { type: 'undo', changeId: kept.id } } as Change;
    expect(objection(moved, undo, settled(kept, 1_000))).toBeNull();
    expect(objection(moved, { ...back, origin: 'operator' }, settled(kept, 1_000))).toBeNull();
  });

  it('nor are values that were measured and taken back', () => {
    const undone = { ...kept, state: 'rolled-back', verdict: { verdict: 'no-effect' } } as Change;
    const again = changeOf(network, MOVE);
    expect(objection(network, again, settled(undone, 120_000))).toBe('reversal');
    const aborted = { ...undone, verdict: null } as Change;
    expect(objection(network, again, settled(aborted, 120_000))).toBeNull();
  });
});

describe('escalation', () => {
  const network = clos(3, 3);
  const undone = {
    ...changeOf(network, MOVE),
    state: 'rolled-back',
    verdict: { verdict: 'harmed' },
  } as Change;

  it('counts what was measured and undone, and forgets it when a person releases the rule', () => {
    let state = emptyDurableState;
    for (let i = 0; i < 3; i++) state = rememberEnd(state, undone, NOW.wallMs + i);
    state = rememberEnd(state, { ...undone, verdict: null }, NOW.wallMs);
    expect(state.undoneMs.get('rule|objective')).toHaveLength(3);
    const names = { rule: ruleName('rule'), objectiveId: 'objective' };
    const store = { atMs: 0, epoch: 1 };
    state = applyRecord(state, {
      ...store,
      body: { kind: 'rule-escalated', ...names, reason: 'r' },
    });
    expect([...state.escalated]).toEqual([['rule|objective', 'r']]);
    state = applyRecord(state, { ...store, body: { kind: 'rule-released', ...names, by: 'ann' } });
    expect([state.escalated.size, state.undoneMs.size]).toEqual([0, 0]);
  });

  it('remembers a bounded number, whatever happens', () => {
    let state = emptyDurableState;
    for (let i = 0; i < 1_200; i++)
      state = rememberEnd(state, { ...undone, objectiveId: `o${i}` }, NOW.wallMs + i);
    expect(state.undoneMs.size).toBe(1_000);
    const leaves = Array.from({ length: 900 }, (_, i) => ({
      path: `/r[p${i}]/s1`,
      before: 1,
      after: 2,
    }));
    for (let i = 0; i < 12; i++) {
      const diffs = [{ device: deviceId(`d${i}`), leaves }];
      state = rememberEnd(state, { ...undone, plan: { ...undone.plan, diffs } }, NOW.wallMs);
    }
    expect(state.written.size).toBe(8_000);
  });
});

/** Every way that a packet can take from a device, followed one by one. */
function walks(
  images: Network['images'],
  owner: string,
  prefix: string,
  isUp: (a: string, b: string) => boolean,
) {
  const hopsAt = (at: string): string[] =>
    [...(images.get(deviceId(at)) ?? [])]
      .filter(([path, weight]) => path.startsWith(`/r[${prefix}]/`) && Number(weight) > 0)
      .map(([path]) => path.slice(path.indexOf(']/') + 2))
      .filter((to) => isUp(at, to));
  const ends = (at: string, seen: readonly string[]): readonly boolean[] => {
    if (at === owner) return [true];
    const hops = hopsAt(at);
    if (seen.includes(at) || hops.length === 0) return [false];
    return hops.flatMap((to) => ends(to, [...seen, at]));
  };
  return (from: string): { some: boolean; all: boolean } => {
    const reached = ends(from, []);
    return { some: reached.includes(true), all: !reached.includes(false) };
  };
}

describe('whatever passes the guard', () => {
  const names = ['l1', 'l2', 'l3', 's1', 's2', 's3'];
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ a, b })));
  const cables = fc.subarray(pairs, { minLength: 6 });
  const weights = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 60, maxLength: 60 });

  it('leaves every prefix the ways that it had, as a brute-force walk finds them', () => {
    let passed = 0;
    let stopped = 0;
    const fabric = fc.record({
      cables,
      before: weights,
      after: weights,
      written: fc.subarray(names, { minLength: 1, maxLength: 3 }),
      down: fc.nat({ max: 14 }),
    });
    fc.assert(
      fc.property(fabric, ({ cables: links, before, after, written, down }) => {
        const prefix = P2;
        const has = (a: string, b: string): boolean =>
          links.some((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a));
        const routesFrom = (numbers: readonly number[], only: readonly string[]): Routes =>
          Object.fromEntries(
            only.map((name) => {
              const at = names.indexOf(name);
              const hops = names
                .map((to, i) => [to, numbers[(at * 6 + i) % 60] ?? 0] as const)
                .filter(([to]) => to !== name && has(name, to));
              return [name, { [prefix]: Object.fromEntries(hops) }];
            }),
          );
        const others = names.filter((name) => name !== 'l2');
        const network = networkOf(links, { l2: prefix }, routesFrom(before, others));
        const devices = written.filter(
          (name) => name !== 'l2' && network.images.has(deviceId(name)),
        );
        const change = changeOf(network, routesFrom(after, devices));
        const dead = links[down];
        const downPorts = dead === undefined ? [] : [`${dead.a}:${dead.b}`];
        const pass = passOf(network, { frame: frameOf(network, downPorts) });
        const during = new Set(devices.map(deviceId));
        const objection = keepsPaths(pass, change, [], during);
        if (objection !== null) {
          stopped++;
          return;
        }
        passed++;
        const isUp = (a: string, b: string): boolean =>
          dead === undefined || !((dead.a === a && dead.b === b) || (dead.a === b && dead.b === a));
        const old = walks(network.images, 'l2', prefix, isUp);
        // The devices may be written in any order: every subset is a moment.
        for (let subset = 0; subset < 1 << devices.length; subset++) {
          const images = new Map(network.images);
          devices.forEach((name, i) => {
            if ((subset & (1 << i)) === 0) return;
            const image = new Map(images.get(deviceId(name)));
            for (const leaf of change.plan.diffs[i]?.leaves ?? [])
              if (leaf.after === null) image.delete(leaf.path);
              else image.set(leaf.path, leaf.after);
            images.set(deviceId(name), image);
          });
          const now = walks(images, 'l2', prefix, isUp);
          for (const name of others) {
            const [had, got] = [old(name), now(name)];
            expect([name, subset, had.all && !got.all]).toEqual([name, subset, false]);
            if (subset === (1 << devices.length) - 1)
              expect([name, had.some && !got.some]).toEqual([name, false]);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(passed).toBeGreaterThan(20);
    expect(stopped).toBeGreaterThan(20);
  });
});
