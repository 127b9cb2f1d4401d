import fc from 'fast-check';
import { formatIp, isRoutableUnicast } from '@weir/contracts';
import { ascending, ascendingLarge, type Announcement } from './announcement';
import { announcementText, parseAnnouncement, prefixProblem } from './text';
import { announcementPath, isOwnIdentifier, pathKeyOf } from './leaves';

const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const v4 = uint(32)
  .map((value) => ({ family: 4 as const, value: BigInt(value) }))
  .filter(isRoutableUnicast);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value);

const announcements: fc.Arbitrary<Announcement> = fc.record({
  nextHop: v4.map(formatIp),
  bandwidth: maybe(
    fc.record({
      bytesPerSecond: fc.float({ min: Math.fround(1e-3), max: Math.fround(1e12), noNaN: true }),
      asn: uint(16),
    }),
  ),
  localPreference: maybe(uint(32)),
  med: maybe(uint(32)),
  communities: fc.array(uint(32), { maxLength: 5 }).map(ascending),
  largeCommunities: fc
    .array(fc.tuple(uint(32), uint(32), uint(32)), { maxLength: 5 })
    .map(ascendingLarge),
});

describe('an announcement as a text', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(announcements, (announcement) => {
        const parsed = parseAnnouncement('leaf', '10.0.0.0/24', announcementText(announcement));
        expect(parsed).toEqual({ ok: true, value: announcement });
      }),
    );
  });

  it('is refused, not misread, whatever the text', () => {
    const words = fc.constantFrom(
      ...['next-hop', '10.1.1.1', 'bandwidth', 'asn', '65000', '1e6', '-1', 'med', '', 'NaN'],
      ...['communities', '1:2', '1:2:3', 'local-preference', '99999999999', '10.1.1.1/24', 'up'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 9 }), (parts) => {
        const text = parts.join(' ');
        const parsed = parseAnnouncement('leaf', '10.0.0.0/24', text);
        if (parsed.ok) expect(announcementText(parsed.value)).toBe(text);
        else expect(parsed.error).toMatchObject({ code: 'schema-invalid', where: 'leaf' });
      }),
    );
  });

  it.each([
    ['no next hop', 'bandwidth 5 asn 1', 'as Weir writes it'],
    ['another family', 'next-hop 2001:db8::1', 'not of the family'],
    ['a next hop of a host bit', 'next-hop 10.1.1.1/24', 'usual spelling'],
    ['a bandwidth of nothing', 'next-hop 10.1.1.1 bandwidth 0 asn 1', 'positive'],
    ['a bandwidth below nothing', 'next-hop 10.1.1.1 bandwidth -5 asn 1', 'positive'],
    ['an endless bandwidth', 'next-hop 10.1.1.1 bandwidth Infinity asn 1', 'positive'],
    ['a bandwidth that is no single', 'next-hop 10.1.1.1 bandwidth 16777217 asn 1', 'IEEE single'],
    ['a wide AS', 'next-hop 10.1.1.1 bandwidth 5 asn 65536', '16 bits'],
    ['a wide community', 'next-hop 10.1.1.1 communities 1:65536', 'community'],
    ['a wide large community', 'next-hop 10.1.1.1 large-communities 1:2:4294967296', 'large'],
    ['half a MED', 'next-hop 10.1.1.1 med 1.5', '32 bits'],
    ['communities in another order', 'next-hop 10.1.1.1 communities 2:1,1:1', 'one spelling'],
    ['what the speaker holds of others', 'unreadable AsPathAttribute', 'as Weir writes it'],
  ])('is refused with %s', (_, text, reason) => {
    const parsed = parseAnnouncement('leaf', '10.0.0.0/24', text);
    expect(parsed.ok ? '' : parsed.error.reason).toContain(reason);
  });
});

describe('where an announcement stands', () => {
  it('is named by prefix and identifier', () => {
    const key = { prefix: '2001:db8::/32', identifier: 57_003 };
    expect(pathKeyOf(announcementPath(key))).toEqual(key);
    expect(pathKeyOf('/bgp/speaker/state/session')).toBeNull();
  });

  it('is ours within the range of identifiers only', () => {
    expect([0, 57_000, 57_001, 57_999, 58_000].map(isOwnIdentifier)).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['0.0.0.0/0', null],
    ['::/0', null],
    ['10.0.0.0/8', null],
    ['127.0.0.0/8', 'unicast'],
    ['224.0.0.0/4', 'unicast'],
    ['ff00::/8', 'unicast'],
    ['10.0.0.0/99', '32 bits'],
    ['10.0.0.1/8', 'host bits'],
  ])('%s may be announced: %s', (prefix, problem) => {
    const found = prefixProblem(prefix);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });
});
