import { strategies } from '@weir/algorithms';
import type { Objective } from '../../model';
import { clos, NOW, passOf } from '../guard/testing/network';
import { emptyObservedState, type ObjectiveState } from '../observed';
import { Pass } from '../pass';
import { lateLinksOf } from './late-paths';
import { rankCauses } from './causes';
import { channel, evidenceOf } from './testing/evidence';

const LEAVES = 6;
const SPINES = 4;
const network = clos(LEAVES, SPINES);
const endpointAt = (leaf: string) =>
  [...network.topology.endpoints.values()].find(({ attachedTo }) => attachedTo.device === leaf)?.id;

/** Requests from a leaf to another, of which a share is late. */
function service(from: string, to: string, lateRatio: number): ObjectiveState {
  const late = Math.round(1000 * lateRatio);
  const objective = {
    metric: 'request-latency',
    thresholdMs: 20,
    flows: [{ sources: [endpointAt(from)], destinations: [endpointAt(to)] }],
  } as unknown as Objective;
  return {
    objective,
    boundsMs: [10, 20, 50],
    window: [{ atMs: NOW.monoMs, counts: [800 - late, 200, late, 0] }],
  } as unknown as ObjectiveState;
}

function lateLinks(services: readonly ObjectiveState[]) {
  const { env, durable } = passOf(network);
  const objectives = new Map(services.map((state, i) => [`o${i}`, state]));
  const observed = { ...emptyObservedState, images: network.images, objectives };
  return [...lateLinksOf(new Pass({ ...env, strategies }, { durable, observed }, NOW))];
}

describe('requests that are late', () => {
  it('point to the link that those share which are late, by as much as it takes of each', () => {
    const found = lateLinks([
      service('l1', 'l2', 0.05),
      service('l3', 'l2', 0.051),
      service('l4', 'l2', 0.049),
      service('l1', 'l5', 0),
      service('l3', 'l6', 0),
      service('l4', 'l6', 0),
      service('l2', 'l5', 0),
    ]);
    // All four ways to l2 look alike: it is one of them, or all.
    expect(found).toHaveLength(1);
    expect(found[0]?.[0]).toMatch(/^s\d:l2$/);
    expect(found[0]?.[1].lateRatio).toBeCloseTo(0.2, 1);
  });

  it('point to the service where it alone is late, and to nothing where none is', () => {
    const own = lateLinks([
      service('l1', 'l2', 0.3),
      service('l1', 'l3', 0),
      service('l4', 'l2', 0.001),
    ]);
    expect(own.map(([name]) => name)).toEqual(['service o0']);
    expect(lateLinks([service('l1', 'l2', 0), service('l3', 'l2', 0)])).toEqual([]);
  });

  it('name a link as gray where its ends cannot be compared, unless it is known to be full', () => {
    const late = { lateRatio: 0.2, gain: 300 };
    const leading = (pressure: number) => {
      const [first] = rankCauses(
        evidenceOf({ channels: [channel({ grayLossRatio: NaN, grayFloor: NaN, late, pressure })] }),
      );
      return [first?.name, first?.score];
    };
    expect(leading(0)).toEqual(['gray-link', 0.9]);
    expect(leading(1)[0]).not.toBe('gray-link');
  });
});
