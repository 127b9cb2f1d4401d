import { strategies } from '@weir/algorithms';
import * as fc from 'fast-check';
import type { Objective, TelemetryFrame } from '../../model';
import { channel, evidenceOf } from '../evidence/testing/evidence';
import { clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { Pass } from '../pass';
import { avoidCandidate, weightsWithout } from './avoid';

const GRID = 64;

describe('weights without the next hops to avoid', () => {
  it('leaves a bad link for a next hop that stood by without a weight', () => {
    const hops = [
      { interface: 'up1', weight: 64 },
      { interface: 'up2', weight: 0 },
    ];
    expect(weightsWithout(hops, [true, false], GRID)).toEqual({ up1: 1, up2: 63 });
  });

  it('gives next hops to avoid one entry of the grid at most, whatever the weights were', () => {
    const hop = fc.record({ weight: fc.nat({ max: GRID }), bad: fc.boolean() });
    fc.assert(
      fc.property(fc.array(hop, { minLength: 2, maxLength: 8 }), (given) => {
        fc.pre(given.some(({ bad }) => bad) && given.some(({ bad }) => !bad));
        const hops = given.map(({ weight }, i) => ({ interface: `up${i}`, weight }));
        const weights = weightsWithout(
          hops,
          given.map(({ bad }) => bad),
          GRID,
        );
        const sum = (isBad: boolean): number =>
          given.reduce(
            (all, { bad }, i) => all + (bad === isBad ? (weights[`up${i}`] ?? 0) : 0),
            0,
          );
        expect(sum(true)).toBeLessThanOrEqual(1);
        expect(sum(false)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a link that only late requests speak of', () => {
  const network = clos(3, 3);
  const at = (leaf: string) =>
    [...network.topology.endpoints.values()].find(({ attachedTo }) => attachedTo.device === leaf)
      ?.id;
  const objective = {
    metric: 'request-latency',
    flows: [{ sources: [at('l1')], destinations: [at('l2')] }],
  } as unknown as Objective;
  const left = (over: { alike?: number; lateRatio?: number; pressure?: number }) => {
    const { alike = 1, lateRatio = 0.2, pressure = 0 } = over;
    const given = evidenceOf({
      channels: [
        channel({
          ...{ key: 's1:l2', grayLossRatio: NaN, grayFloor: NaN, pressure },
          late: { lateRatio, gain: 300, alike },
        }),
      ],
    });
    const evidence = { ...given, state: { ...given.state, objective, healthyMs: 20 } };
    const plain = frameOf(network);
    const frame = {
      ...plain,
      layout: { ...plain.layout, prefixIndex: new Map() },
      prefixes: { txBps: new Float64Array(0) },
    } as unknown as TelemetryFrame;
    const { env, durable, observed } = passOf(network, { frame });
    const pass = new Pass({ ...env, strategies }, { durable, observed }, NOW);
    const found = avoidCandidate(pass, evidence);
    return found?.action.type === 'reroute' ? found.action.routes : [];
  };

  it('is left by the switches behind which it is, for what it leads to', () => {
    const routes = left({});
    expect(routes.map(({ device }) => device)).toEqual(['l1', 'l3']);
    for (const { weights } of routes) expect(weights).toMatchObject({ s1: 0 });
  });

  it('is left alone where others look alike, where it is full, or where hardly any are late', () => {
    expect(left({ alike: 3 })).toEqual([]);
    expect(left({ pressure: 1 })).toEqual([]);
    expect(left({ lateRatio: 0.005 })).toEqual([]);
  });
});
