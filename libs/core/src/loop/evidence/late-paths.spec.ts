import { strategies } from '@weir/algorithms';
import type { Objective } from '../../model';
import { clos, frameOf, NOW, passOf } from '../guard/testing/network';
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

/** Silent switches tell nothing of their ports. */
function lateLinks(services: readonly ObjectiveState[], silent: readonly string[] = ['s1']) {
  const { env, durable } = passOf(network);
  const objectives = new Map(services.map((state, i) => [`o${i}`, state]));
  const frame = frameOf(network);
  const { layout, channels } = frame;
  const ageMs = channels.ageMs.map((age, row) =>
    silent.includes(layout.devices[layout.channels[row]?.device ?? -1] ?? '') ? Infinity : age,
  );
  const rates = channels.ageMs.map(() => 1e9);
  const seen = { ...frame, channels: { ...channels, ageMs, txBps: rates, rxBps: rates } };
  const observed = { ...emptyObservedState, frame: seen, images: network.images, objectives };
  return [...lateLinksOf(new Pass({ ...env, strategies }, { durable, observed }, NOW))];
}

/** One of the four ways to l2 makes a fifth of its requests late. */
const LATE_TO_L2 = [
  service('l1', 'l2', 0.05),
  service('l3', 'l2', 0.051),
  service('l4', 'l2', 0.049),
  service('l1', 'l5', 0),
  service('l3', 'l6', 0),
  service('l4', 'l6', 0),
  service('l2', 'l5', 0),
];

describe('requests that are late', () => {
  it('point to the link that those share which are late, by as much as it takes of each', () => {
    const found = lateLinks(LATE_TO_L2);
    expect(found).toEqual([['s1:l2', expect.objectContaining({ alike: 1 }) as unknown]]);
    expect(found[0]?.[1].lateRatio).toBeCloseTo(0.2, 1);
  });

  it('say how many links would explain it as well, where more than one is unseen', () => {
    const [first, ...others] = lateLinks(LATE_TO_L2, ['s1', 's2', 's3', 's4']);
    expect(first?.[0]).toMatch(/^s\d:l2$/);
    expect(first?.[1].alike).toBe(SPINES);
    expect(others).toEqual([]);
  });

  it('say nothing of links that are counted at both ends', () => {
    expect(lateLinks(LATE_TO_L2, []).every(([name]) => name.startsWith('service '))).toBe(true);
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
    const leading = (pressure: number, alike = 1) => {
      const late = { lateRatio: 0.2, gain: 300, alike };
      const [first] = rankCauses(
        evidenceOf({ channels: [channel({ grayLossRatio: NaN, grayFloor: NaN, late, pressure })] }),
      );
      return [first?.name, first?.score];
    };
    expect(leading(0)).toEqual(['gray-link', 0.9]);
    expect(leading(0, 3)[1]).toBeCloseTo(0.3, 9);
    expect(leading(1)[0]).not.toBe('gray-link');
  });
});
