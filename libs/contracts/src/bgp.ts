import { z } from 'zod';
import { isLoopbackHost } from './controller-config';
import { formatIp, isRoutableUnicast, parseIp } from './ip';
import { strict } from './issues';
import { hostPortSchema } from './scalars';

export const BGP_METHOD_NAMES = ['weights', 'local-preference'] as const;

const UINT32 = 2 ** 32 - 1;
const uint32Schema = z.int().min(0).max(UINT32);

/** AS number that stands for those that do not fit into 16 bits (RFC 6793). */
const AS_TRANS = 23_456;

/** Communities that have names (IANA registry of well-known BGP communities). */
const WELL_KNOWN: Readonly<Record<string, number>> = {
  'graceful-shutdown': 0xffff0000,
  'no-export': 0xffffff01,
  'no-advertise': 0xffffff02,
  'no-export-subconfed': 0xffffff03,
  'no-peer': 0xffffff04,
};

const numbersOf = (text: string, count: number, most: number): readonly number[] | null => {
  const parts = text.split(':');
  if (parts.length !== count || !parts.every((part) => /^(0|[1-9]\d{0,9})$/.test(part)))
    return null;
  const numbers = parts.map(Number);
  return numbers.every((part) => part <= most) ? numbers : null;
};

const communitySchema = z.string().transform((text, context): number => {
  const known = WELL_KNOWN[text];
  if (known !== undefined) return known;
  const [high, low] = numbersOf(text, 2, 0xffff) ?? [];
  if (high !== undefined && low !== undefined) return high * 65_536 + low;
  const names = Object.keys(WELL_KNOWN).join(', ');
  const message = `two numbers of 16 bits such as 65000:100, or one of ${names}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const largeCommunitySchema = z.string().transform((text, context): [number, number, number] => {
  const [a, b, c] = numbersOf(text, 3, UINT32) ?? [];
  if (a !== undefined && b !== undefined && c !== undefined) return [a, b, c];
  context.addIssue({ code: 'custom', message: 'three numbers of 32 bits, e.g. 65000:1:2' });
  return z.NEVER;
});

const addressSchema = z.string().transform((text, context): string => {
  const address = parseIp(text);
  if (address !== null && isRoutableUnicast(address)) return formatIp(address);
  const message = 'a unicast address such as 10.1.1.1 or 2001:db8::1, not a link-local one';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const nextHopSchema = z
  .union([addressSchema.transform((one) => [one]), z.array(addressSchema).min(1).max(2)])
  .superRefine((addresses, context) => {
    const families = addresses.map((address) => parseIp(address)?.family);
    if (new Set(families).size < families.length)
      context.addIssue({ code: 'custom', message: 'at most one address of each family' });
  });

const UNIX = /^unix:\/\/\/[^\s]+$/;

/** A socket of the file system can be kept for the daemon alone, which a port cannot. */
const speakerAddressSchema = z.string().superRefine((text, context) => {
  if (UNIX.test(text) || hostPortSchema.safeParse(text).success) return;
  context.addIssue({ code: 'custom', message: 'host:port, or unix:///path of a socket' });
});

/** Where a router is steered by routes that a GoBGP speaker announces to it. */
export const bgpSpeakerSchema = strict({
  address: speakerAddressSchema.describe(
    'gRPC API of gobgpd (3.x), host:port or unix:///path; one speaker for each router.',
  ),
  tls: strict({
    mode: z.enum(['insecure', 'tls']),
    serverName: z.string().min(1).optional().describe('Name expected in its certificate.'),
  })
    .optional()
    .describe('Default on loopback: insecure. Elsewhere it has to be said.'),
  nextHops: z
    .record(z.string().min(1).max(255), nextHopSchema)
    .describe('Address, or one of each family, of the neighbour behind each interface.'),
  method: z
    .enum(BGP_METHOD_NAMES)
    .default('weights')
    .describe('How shares are told: link bandwidths, or preferred and standby paths.'),
  localPreference: uint32Schema
    .min(1)
    .optional()
    .describe('Of every path; default 200 with method local-preference, else not sent.'),
  med: uint32Schema.optional().describe('Multi-exit discriminator of every path.'),
  communities: z
    .array(communitySchema)
    .max(64)
    .default([])
    .describe('Of every path: 65000:100, or a name such as no-export.'),
  largeCommunities: z
    .array(largeCommunitySchema)
    .max(64)
    .default([])
    .describe('Of every path (RFC 8092): 65000:1:2.'),
  asn: z
    .int()
    .min(1)
    .max(UINT32)
    .default(AS_TRANS)
    .transform((asn) => (asn > 0xffff ? AS_TRANS : asn))
    .describe('Autonomous system named in the link bandwidth community.'),
  srPolicies: z
    .boolean()
    .default(false)
    .describe('The session carries SR policies (SAFI 73) and Weir may announce them.'),
}).superRefine(({ address, tls, nextHops, method, localPreference }, context) => {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (tls === undefined && !UNIX.test(address) && !isLoopbackHost(host))
    context.addIssue({
      code: 'custom',
      path: ['tls'],
      message: `required, because ${host} is not loopback: {mode: tls}, or {mode: insecure} where nobody else can reach it`,
    });
  if (Object.keys(nextHops).length === 0)
    context.addIssue({ code: 'custom', path: ['nextHops'], message: 'at least one next hop' });
  if (method === 'local-preference' && localPreference !== undefined && localPreference <= 150)
    context.addIssue({
      code: 'custom',
      path: ['localPreference'],
      message: 'above 150: standby paths lie 50 below, and above the 100 of other routes',
    });
  const owners = new Map<string, string>();
  for (const [iface, addresses] of Object.entries(nextHops))
    for (const hop of addresses) {
      const other = owners.get(hop);
      owners.set(hop, iface);
      if (other === undefined) continue;
      const message = `${hop} is the next hop of ${other} already`;
      context.addIssue({ code: 'custom', path: ['nextHops', iface], message });
    }
});

export type BgpSpeakerDocument = z.infer<typeof bgpSpeakerSchema>;
