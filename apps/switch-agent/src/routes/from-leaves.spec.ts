import { GnmiError, GrpcStatus, type LeafValue } from '@weir/gnmi';
import { routesFromLeaves } from './from-leaves';
import { nextHopPath, staticPath } from './paths';
import { leavesOfRoutes } from './to-leaves';
import type { StaticRoute } from './static-route';

const ROUTE: StaticRoute = {
  prefix: '10.9.0.0/24',
  metric: 0,
  nextHops: [
    { index: '2', address: '10.0.0.1', interface: 'eth1', weight: 3 },
    { index: '10', address: '10.0.1.1', interface: 'eth2', weight: 0 },
  ],
};

function withLeaf(path: string, value: LeafValue | null): Map<string, LeafValue> {
  const leaves = new Map(leavesOfRoutes([ROUTE]));
  if (value === null) leaves.delete(path);
  else leaves.set(path, value);
  return leaves;
}

function failure(leaves: ReadonlyMap<string, LeafValue>): { code: number; message: string } {
  try {
    routesFromLeaves(leaves);
  } catch (error) {
    if (error instanceof GnmiError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
}

describe('static routes from leaves', () => {
  it('reads back what it writes, next hops in the order of their index', () => {
    expect(routesFromLeaves(new Map(leavesOfRoutes([ROUTE]).toReversed()))).toEqual([ROUTE]);
  });

  it('takes a missing weight for one', () => {
    const at = `${nextHopPath('10.9.0.0/24', '2')}/config/wecmp-weight`;
    expect(routesFromLeaves(withLeaf(at, null))[0]?.nextHops[0]?.weight).toBe(1);
  });

  const hop = nextHopPath('10.9.0.0/24', '2');
  it.each([
    [`${hop}/config/wecmp-weight`, '257', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/wecmp-weight`, '-1', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/next-hop`, '10.0.0.256', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/next-hop`, null, GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/next-hop`, 'LOCAL_LINK', GrpcStatus.UNIMPLEMENTED],
    [`${hop}/config/next-hop`, '2001:DB8::1', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/next-hop`, 'fe80::1%eth0', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/interface-ref/config/interface`, null, GrpcStatus.UNIMPLEMENTED],
    [`${hop}/interface-ref/config/interface`, 'eth1\nlink del', GrpcStatus.INVALID_ARGUMENT],
    [`${hop}/config/metric`, 5, GrpcStatus.UNIMPLEMENTED],
    ['/system/config/hostname', 'leaf1', GrpcStatus.UNIMPLEMENTED],
  ])('refuses %s = %j and names it', (path, value, code) => {
    const error = failure(withLeaf(path, value));
    expect(error.code).toBe(code);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
  });

  it.each([
    ...['10.9.0.1/24', '10.9.0.0/33', '10.9.0.0', 'x', '10.9.0.0/24/1'],
    ...['2001:db8::1/32', '2001:0db8::/32', '2001:db8::/129'],
  ])('refuses the prefix %s', (prefix) => {
    const error = failure(new Map([[`${staticPath(prefix)}/config/prefix`, prefix]]));
    expect(error.code).toBe(GrpcStatus.INVALID_ARGUMENT);
    expect(error.message).toContain(staticPath(prefix));
  });

  it('refuses the same way out twice, no way out, and weights of zero only', () => {
    const twin = `${nextHopPath('10.9.0.0/24', '10')}`;
    const leaves = withLeaf(`${twin}/config/next-hop`, '10.0.0.1');
    leaves.set(`${twin}/interface-ref/config/interface`, 'eth1');
    expect(failure(leaves).message).toMatch(/is next hop 2 already/);
    expect(
      failure(new Map([[`${staticPath('10.1.0.0/16')}/config/prefix`, '10.1.0.0/16']])).message,
    ).toMatch(/needs a next hop/);
    expect(failure(withLeaf(`${hop}/config/wecmp-weight`, '0')).message).toMatch(
      /every weight is 0/,
    );
  });

  it('takes IPv6, black holes and a preference, and writes them back', () => {
    const hop6 = { index: '0', address: 'fe80::1', interface: 'eth1', weight: 1 };
    const drop = { index: '0', address: 'DROP', interface: '', weight: 1 };
    const routes: StaticRoute[] = [
      { prefix: '2001:db8::/32', metric: 1024, nextHops: [hop6] },
      { prefix: '::/0', metric: 50, nextHops: [hop6] },
      { prefix: '10.1.0.0/16', metric: 0, nextHops: [hop6] },
      { prefix: '10.2.0.0/16', metric: 200, nextHops: [drop] },
    ];
    expect(routesFromLeaves(new Map(leavesOfRoutes(routes)))).toEqual(routes);
  });

  it('refuses what a black hole cannot be, and two preferences in one route', () => {
    const at = nextHopPath('10.9.0.0/24', '10');
    expect(failure(withLeaf(`${at}/config/next-hop`, 'DROP')).message).toContain(
      'DROP leads over no interface',
    );
    const drop = { index: '0', address: 'DROP', interface: '', weight: 1 };
    const dropOf = (prefix: string, hops: StaticRoute['nextHops']): { message: string } =>
      failure(new Map(leavesOfRoutes([{ prefix, metric: 1024, nextHops: hops }])));
    expect(dropOf('2001:db8::/32', [drop]).message).toContain('for IPv4 prefixes only');
    expect(dropOf('10.0.0.0/8', [drop, ...ROUTE.nextHops]).message).toContain('the only next hop');
    expect(failure(withLeaf(`${at}/config/preference`, 5)).message).toContain(
      `${at}/config/preference: must be the same`,
    );
    const v4 = { index: '0', address: '10.0.0.1', interface: 'eth1', weight: 1 };
    expect(dropOf('2001:db8::/32', [v4]).message).toContain('needs an IPv6 neighbour');
  });
});
