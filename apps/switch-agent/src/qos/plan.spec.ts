import fc from 'fast-check';
import { planPort } from './plan';
import { renderPort } from './render';
import { ModelPort } from './testing/model';
import { DEFAULT_STATE, stateLines, type PortState } from './tree';
import type { WantedPort, WantedQueue } from './wanted';

const queueArbitrary: fc.Arbitrary<WantedQueue> = fc
  .record({
    id: fc.integer({ min: 0, max: 6 }),
    level: fc.integer({ min: 0, max: 2 }),
    weight: fc.integer({ min: 1, max: 200 }),
    bytes: fc.option(fc.constantFrom(60_000n, 90_000n, 500_000n)),
    red: fc.option(fc.constantFrom(10_000n, 20_000n)),
    ecn: fc.boolean(),
    exponent: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ id, level, weight, bytes, red, ecn, exponent }) => ({
    name: `q${id}`,
    id,
    level,
    weight,
    limit: bytes === null ? null : { at: '/limit', bytes, micros: 0n },
    marking:
      red === null
        ? null
        : {
            at: '/red',
            min: { bytes: red },
            max: { bytes: 60_000n },
            ecn,
            drop: !ecn,
            weight: exponent,
            probabilityPercent: 10,
          },
    profile: null,
  }));

const stateArbitrary: fc.Arbitrary<PortState> = fc
  .record({
    queues: fc.uniqueArray(queueArbitrary, { minLength: 0, maxLength: 5, selector: (q) => q.id }),
    dscps: fc.option(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 6 })), {
        maxLength: 6,
      }),
    ),
    mbps: fc.constantFrom(50n, 100n),
  })
  .map(({ queues, dscps, mbps }) => {
    if (queues.length === 0) return DEFAULT_STATE;
    const known = new Set(queues.map((queue) => queue.name));
    const pairs = (dscps ?? []).map(([dscp, id]) => [dscp, `q${id}`] as const);
    const port: WantedPort = {
      interface: 'p',
      queues,
      dscp4: dscps === null ? null : new Map(pairs.filter(([, queue]) => known.has(queue))),
      dscp6: null,
    };
    return { kind: 'owned', tree: renderPort(port, mbps * 1_000_000n) };
  });

const lines = (state: PortState): readonly string[] => stateLines('p', state);
const carryOut = (model: ModelPort, target: PortState): void => {
  for (const words of planPort('p', model.state, target, 'u32')) model.run(words);
};

describe('plan of tc commands', () => {
  it('takes any port to any other, and back', () => {
    fc.assert(
      fc.property(stateArbitrary, stateArbitrary, (from, to) => {
        const model = new ModelPort();
        carryOut(model, from);
        expect(lines(model.state)).toEqual(lines(from));
        carryOut(model, to);
        expect(lines(model.state)).toEqual(lines(to));
        carryOut(model, from);
        expect(lines(model.state)).toEqual(lines(from));
      }),
    );
  });

  it('puts back what was there, wherever it was stopped', () => {
    fc.assert(
      fc.property(stateArbitrary, stateArbitrary, fc.nat(30), (from, to, stop) => {
        const model = new ModelPort();
        carryOut(model, from);
        for (const words of planPort('p', model.state, to, 'u32').slice(0, stop)) model.run(words);
        carryOut(model, from);
        expect(lines(model.state)).toEqual(lines(from));
      }),
    );
  });

  it('is empty when nothing differs, and keeps the root while the default class stays', () => {
    fc.assert(
      fc.property(stateArbitrary, stateArbitrary, (from, to) => {
        expect(planPort('p', from, from, 'u32')).toEqual([]);
        if (from.kind !== 'owned' || to.kind !== 'owned') return;
        const model = new ModelPort();
        carryOut(model, from);
        carryOut(model, to);
        expect(model.rebuilt).toBe(from.tree.defaultMinor === to.tree.defaultMinor ? 0 : 1);
      }),
    );
  });

  it('has no command for a root of somebody else, and refuses to plan over it', () => {
    const foreign: PortState = { kind: 'foreign', text: 'tbf 8001:' };
    expect(planPort('p', foreign, foreign, 'u32')).toEqual([]);
    expect(() => planPort('p', foreign, DEFAULT_STATE, 'u32')).toThrow('tbf 8001:');
  });
});
