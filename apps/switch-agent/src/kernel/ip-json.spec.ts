import { parseLinks, parseNexthops, parseRoutes } from './ip-json';

// Recorded from `ip -4 -N -j -s` of iproute2 6.1.0 on kernel 6.18.
const LINKS =
  '[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue",' +
  '"operstate":"UNKNOWN","linkmode":"DEFAULT","group":"0","txqlen":1000,"link_type":"[772]",' +
  '"address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00","stats64":{"rx":{"bytes":0,' +
  '"packets":0,"errors":0,"dropped":0,"over_errors":0,"multicast":0},"tx":{"bytes":0,"packets":0,' +
  '"errors":0,"dropped":0,"carrier_errors":0,"collisions":0}}},{"ifindex":2,"link_index":2,' +
  '"ifname":"va","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"qdisc":"noqueue",' +
  '"operstate":"UP","linkmode":"DEFAULT","group":"0","txqlen":1000,"link_type":"[1]",' +
  '"address":"72:aa:01:b2:59:74","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0,"stats64":{"rx":' +
  '{"bytes":18446744073709551615,"packets":1,"errors":2,"dropped":3,"over_errors":0,"multicast":0},' +
  '"tx":{"bytes":90,"packets":4,"errors":5,"dropped":6,"carrier_errors":0,"collisions":0}}}]';
const NEXTHOPS =
  '[{"id":1,"gateway":"10.0.0.1","dev":"va","scope":"253","protocol":"4","flags":[]},' +
  '{"id":2,"gateway":"10.0.1.1","dev":"va2","scope":"253","protocol":"87","flags":[]},' +
  '{"id":7,"blackhole":true,"protocol":"3","flags":[]},' +
  '{"id":100,"group":[{"id":1,"weight":3},{"id":2}],"protocol":"87","flags":[]}]';
const ROUTES =
  '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[]},' +
  '{"dst":"10.0.0.0/31","dev":"va","protocol":"2","scope":"253","prefsrc":"10.0.0.0","flags":[]},' +
  '{"dst":"10.9.0.0/24","nhid":100,"protocol":"87","flags":[],"nexthops":[{"gateway":"10.0.0.1",' +
  '"dev":"va","weight":3,"flags":[]},{"gateway":"10.0.1.1","dev":"va2","weight":1,"flags":[]}]},' +
  '{"dst":"10.9.0.1","nhid":20,"gateway":"10.0.0.1","dev":"va","protocol":"87","metric":5,"flags":[]}]';

describe('ip -j output', () => {
  it('keeps every digit of 64-bit counters', () => {
    const [lo, va] = parseLinks(LINKS);
    expect(lo).toMatchObject({ name: 'lo', loopback: true, operState: 'UNKNOWN' });
    expect(va).toMatchObject({ name: 'va', up: true, carrier: true, ifindex: 2 });
    expect(va?.counters).toEqual({
      inOctets: 18446744073709551615n,
      inPkts: 1n,
      inErrors: 2n,
      inDiscards: 3n,
      outOctets: 90n,
      outPkts: 4n,
      outErrors: 5n,
      outDiscards: 6n,
      inMulticastPkts: 0n,
      inCrcErrors: null,
      carrierChanges: null,
    });
  });

  it('leaves digits inside of strings alone', () => {
    const text = LINKS.replace(
      '"ifname":"va"',
      '"ifname":"va","ifalias":"\\"1234567890123456789, x"',
    );
    expect(parseLinks(text)).toHaveLength(2);
  });

  it('reads groups, with the weight of one that iproute2 leaves out', () => {
    expect(parseNexthops(NEXTHOPS)).toEqual([
      { kind: 'single', id: 1, gateway: '10.0.0.1', dev: 'va', protocol: 4 },
      { kind: 'single', id: 2, gateway: '10.0.1.1', dev: 'va2', protocol: 87 },
      { kind: 'blackhole', id: 7, protocol: 3 },
      {
        kind: 'group',
        buckets: 0,
        id: 100,
        members: [
          { id: 1, weight: 3 },
          { id: 2, weight: 1 },
        ],
        protocol: 87,
      },
    ]);
  });

  it('reads routes in all their forms', () => {
    const routes = parseRoutes(ROUTES);
    expect(
      routes.map((route) => [route.prefix, route.nexthopId, route.protocol, route.metric]),
    ).toEqual([
      ['0.0.0.0/0', null, 3, 0],
      ['10.0.0.0/31', null, 2, 0],
      ['10.9.0.0/24', 100, 87, 0],
      ['10.9.0.1/32', 20, 87, 5],
    ]);
    expect(routes[2]?.hops.map((hop) => hop.weight)).toEqual([3, 1]);
  });

  it('names the field that is not as expected', () => {
    expect(() => parseLinks('[{"ifname":"a"}]')).toThrow(/link\[0\]\.flags/);
    expect(() => parseNexthops('[{"id":"x","dev":"a"}]')).toThrow(/nexthop\[0\]\.id/);
    expect(() => parseRoutes('{')).toThrow(/route/);
    expect(parseRoutes('')).toEqual([]);
  });
});
