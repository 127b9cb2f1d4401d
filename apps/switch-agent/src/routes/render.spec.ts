import { ownedLines } from '../kernel/owned-state';
import { allocate, NO_ALLOCATION, type Allocation } from './allocation';
import { adoptRoutes } from './adopt';
import { renderOwned, withPrefixes } from './render';
import type { StaticRoute } from './static-route';

const route = (prefix: string, weights: readonly number[]): StaticRoute => ({
  prefix,
  metric: 0,
  nextHops: weights.map((weight, position) => ({
    index: String(position),
    address: `10.0.${position}.1`,
    interface: `eth${position}`,
    weight,
  })),
});

function given(ids: Allocation | null): Allocation {
  if (ids === null) throw new Error('no ids');
  return ids;
}

const all = (): boolean => true;

describe('kernel objects of static routes', () => {
  const routes = [route('10.9.0.0/24', [3, 1]), route('10.9.1.0/24', [1, 0])];
  const ids = given(allocate(NO_ALLOCATION, routes, new Set()));

  it('shares next hops between prefixes and leaves weight zero out of the group', () => {
    expect(ownedLines(renderOwned(routes, ids, all))).toEqual([
      'group 20000 10000,3/10001,1',
      'group 20001 10000,1',
      'nexthop 10000 via 10.0.0.1 dev eth0',
      'nexthop 10001 via 10.0.1.1 dev eth1',
      'route 10.9.0.0/24 nhid 20000',
      'route 10.9.1.0/24 nhid 20001',
    ]);
  });

  it('leaves out what a link that is down takes away', () => {
    const state = renderOwned(routes, ids, (name) => name !== 'eth0');
    expect(ownedLines(state)).toEqual([
      'group 20000 10001,1',
      'nexthop 10001 via 10.0.1.1 dev eth1',
      'route 10.9.0.0/24 nhid 20000',
    ]);
  });

  it('gives the same ids again after an undo, and none that others hold', () => {
    const without = given(allocate(ids, [routes[0] as StaticRoute], new Set()));
    expect(given(allocate(without, routes, new Set()))).toEqual(ids);
    const crowded = given(allocate(NO_ALLOCATION, routes, new Set([10_000, 20_000])));
    expect(Object.values(crowded.singles)).toEqual([10_001, 10_002]);
    expect(Object.values(crowded.groups)).toEqual([20_001, 20_002]);
  });

  it('says when the ids are used up', () => {
    const range = { singlesFrom: 10, groupsFrom: 20, count: 1 };
    expect(allocate(NO_ALLOCATION, routes, new Set(), range)).toBeNull();
  });

  it('leaves drift of other prefixes as it is', () => {
    const observed = renderOwned(
      [route('10.9.0.0/24', [3, 1]), route('10.9.1.0/24', [7, 0])],
      ids,
      all,
    );
    const next = [route('10.9.0.0/24', [1, 1]), routes[1] as StaticRoute];
    const target = withPrefixes(
      observed,
      renderOwned(next, ids, all),
      new Set(['10.9.0.0/24']),
      ids,
    );
    expect(ownedLines(target)).toContain('group 20000 10000,1/10001,1');
    expect(ownedLines(target)).toContain('group 20001 10000,7');
  });

  it('removes the objects of a withdrawn prefix, and next hops only when nobody uses them', () => {
    const observed = renderOwned(routes, ids, all);
    const next = renderOwned([routes[1] as StaticRoute], ids, all);
    const target = withPrefixes(observed, next, new Set(['10.9.0.0/24']), ids);
    expect(ownedLines(target)).toEqual(ownedLines(next));
  });

  it('adopts what the kernel holds as configuration', () => {
    const plain = [route('10.9.0.0/24', [3, 1])];
    const plainIds = given(allocate(NO_ALLOCATION, plain, new Set()));
    expect(adoptRoutes(renderOwned(plain, plainIds, all))).toEqual({
      routes: plain,
      ids: plainIds,
    });
  });
});
