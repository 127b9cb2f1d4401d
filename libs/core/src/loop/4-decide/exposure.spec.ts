import { endpointId } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Evidence } from '../evidence';
import { clos, passOf } from '../guard/testing/network';
import { exposure } from './exposure';

/** Exposure of what host l1 sends to host l2 over l1:s1 and s1:l2, by the load of some channels. */
function exposureAt(loads: Readonly<Record<string, number>>): number {
  const model = {
    spread: () => ({
      shares: new Map([
        ['l1:s1', 1],
        ['s1:l2', 1],
      ]),
      problem: null,
    }),
  } as unknown as RoutingModel;
  const flows = [{ sources: [endpointId('host-l1')], destinations: [endpointId('host-l2')] }];
  const evidence = { state: { objective: { id: 'o', flows } } } as unknown as Evidence;
  return exposure(passOf(clos(2, 2)), evidence, model, { get: (channel) => loads[channel] });
}

describe('exposure', () => {
  it('weighs a hot channel as its queue does', () => {
    expect(exposureAt({ 'l1:s1': 0.5 })).toBeCloseTo(0.0625, 9);
    expect(exposureAt({ 'l1:s1': 1, 's1:l2': 0.5 })).toBeCloseTo(1.0625, 9);
    expect(exposureAt({ 'l1:s1': 9 })).toBeCloseTo(1.2 ** 4, 9);
  });

  it('counts the port of the host, which no route relieves', () => {
    const [before, after] = [{ 'l1:s1': 0.2 }, { 'l1:s1': 0.02 }];
    expect(exposureAt(after) / exposureAt(before)).toBeLessThan(0.001);
    const full = { 'l2:h': 1 };
    const gain = exposureAt({ ...after, ...full }) / exposureAt({ ...before, ...full }) - 1;
    expect(gain).toBeGreaterThan(-0.002);
    expect(gain).toBeLessThan(0);
  });
});
