import fc from 'fast-check';
import { bgpSpeakerSchema } from './bgp';
import { formatIp, isRoutableUnicast, parseIp, parsePrefix } from './ip';
import { formatIssues } from './issues';

const minimal = { address: '127.0.0.1:50051', nextHops: { up1: '10.1.1.1' } };

function issueOf(over: object): { path: string; message: string } {
  const parsed = bgpSpeakerSchema.safeParse({ ...minimal, ...over });
  if (parsed.success) throw new Error('accepted');
  return formatIssues(parsed.error)[0] ?? { path: '', message: '' };
}

describe('the speaker of a device', () => {
  it('fills in what is left out', () => {
    expect(bgpSpeakerSchema.parse(minimal)).toEqual({
      address: '127.0.0.1:50051',
      nextHops: { up1: ['10.1.1.1'] },
      method: 'weights',
      communities: [],
      largeCommunities: [],
      asn: 23_456,
      srPolicies: false,
    });
  });

  it('takes both families, names of communities, large ones, and a socket', () => {
    const parsed = bgpSpeakerSchema.parse({
      address: 'unix:///run/gobgpd/leaf1.sock',
      nextHops: { up1: ['10.1.1.1', '2001:DB8:0::1'] },
      communities: ['65000:100', 'no-export'],
      largeCommunities: ['4200000000:1:2'],
      asn: 4_200_000_000,
    });
    expect(parsed).toMatchObject({
      nextHops: { up1: ['10.1.1.1', '2001:db8::1'] },
      communities: [65_000 * 65_536 + 100, 0xffffff01],
      largeCommunities: [[4_200_000_000, 1, 2]],
      // It does not fit into the 16 bits of the link bandwidth community.
      asn: 23_456,
    });
  });

  it.each<[string, object, string, string]>([
    [
      'no speaker off loopback without a word on TLS',
      { address: '10.0.0.9:50051' },
      'tls',
      'loopback',
    ],
    ['no port', { address: '127.0.0.1' }, 'address', 'host:port'],
    ['no next hop', { nextHops: {} }, 'nextHops', 'at least one'],
    ['a multicast next hop', { nextHops: { up1: '224.0.0.5' } }, 'nextHops.up1', 'unicast'],
    ['a link-local next hop', { nextHops: { up1: 'fe80::1' } }, 'nextHops.up1', 'unicast'],
    ['a prefix as next hop', { nextHops: { up1: '10.1.1.1/24' } }, 'nextHops.up1', 'unicast'],
    [
      'two of one family',
      { nextHops: { up1: ['10.1.1.1', '10.1.1.2'] } },
      'nextHops.up1',
      'family',
    ],
    [
      'one for two interfaces',
      { nextHops: { up1: '10.1.1.1', up2: '10.1.1.1' } },
      'nextHops.up2',
      'up1 already',
    ],
    ['a community of 17 bits', { communities: ['65536:1'] }, 'communities[0]', '16 bits'],
    ['a large community of two', { largeCommunities: ['1:2'] }, 'largeCommunities[0]', '65000:1:2'],
    ['another method', { method: 'med' }, 'method', 'weights'],
    ['AS 0', { asn: 0 }, 'asn', '1'],
    ['a MED of 33 bits', { med: 2 ** 32 }, 'med', '4294967295'],
    [
      'a standby as low as other routes',
      { method: 'local-preference', localPreference: 120 },
      'localPreference',
      'above 150',
    ],
    ['a misspelt field', { nexthops: {} }, 'nexthops', 'did you mean "nextHops"?'],
  ])('refuses %s', (_, over, path, message) => {
    const issue = issueOf(over);
    expect(issue.path).toBe(path);
    expect(issue.message).toContain(message);
  });
});

describe('addresses and prefixes', () => {
  it('come back as they were written, in their one spelling', () => {
    const v6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
    const v4 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });
    fc.assert(
      fc.property(v4, v6, (four, six) => {
        for (const address of [
          { family: 4 as const, value: four },
          { family: 6 as const, value: six },
        ])
          expect(parseIp(formatIp(address))).toEqual(address);
      }),
    );
  });

  it.each([
    ['2001:0DB8::0:1', '2001:db8::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('%s is written %s', (text, expected) => {
    const parsed = parseIp(text);
    expect(parsed === null ? null : formatIp(parsed)).toBe(expected);
  });

  it.each([
    '10.0.0',
    '010.0.0.1',
    '10.0.0.256',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    'fe80::1%lo',
    '',
  ])('"%s" is no address', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  it.each([
    ['10.0.1.0/24', ''],
    ['0.0.0.0/0', ''],
    ['2001:db8::/32', ''],
    ['10.0.1.0/99', '32 bits'],
    ['2001:db8::/129', '128 bits'],
    ['10.0.1.1/24', 'write 10.0.1.0/24'],
    ['2001:db8:0::/32', 'write 2001:db8::/32'],
    ['10.0.1.0/024', 'not a prefix'],
    ['10.0.1.0', 'not a prefix'],
  ])('%s: %s', (text, reason) => {
    const parsed = parsePrefix(text);
    expect(parsed.ok ? '' : parsed.reason).toContain(reason);
    expect(parsed.ok).toBe(reason === '');
  });

  it.each([
    '0.0.0.0',
    '127.0.0.1',
    '169.254.1.1',
    '239.1.1.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:a01:101',
    'fe80::1',
    'ff02::5',
  ])('%s is nowhere to route to', (text) => {
    const address = parseIp(text);
    expect(address !== null && isRoutableUnicast(address)).toBe(false);
  });
});
