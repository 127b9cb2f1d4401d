import { z } from 'zod';
import { formatIp, isRoutableUnicast, parseIp } from './ip';
import { strict } from './issues';
import { nameSchema } from './scalars';

const UINT32 = 2 ** 32 - 1;

/** Labels below are reserved (RFC 3032), labels above do not fit into 20 bits. */
export const FIRST_LABEL = 16;
export const LAST_LABEL = 2 ** 20 - 1;

const endpointSchema = z.string().transform((text, context): string => {
  const address = parseIp(text);
  if (address !== null && isRoutableUnicast(address)) return formatIp(address);
  context.addIssue({
    code: 'custom',
    message: 'a unicast address such as 10.0.0.9 or 2001:db8::9',
  });
  return z.NEVER;
});

const sidSchema = z.string().transform((text, context): string => {
  const address = parseIp(text);
  if (address?.family === 6 && isRoutableUnicast(address)) return formatIp(address);
  context.addIssue({ code: 'custom', message: 'an SRv6 SID such as fc00:0:1::, or a label' });
  return z.NEVER;
});

/** A node SID of the topology, or a segment of a list. */
export const segmentSchema = z.union([z.int().min(FIRST_LABEL).max(LAST_LABEL), sidSchema]);

/** So that a policy fits into one message of BGP with room to spare. */
export const MAX_SEGMENT_LISTS = 8;
export const MAX_SEGMENTS = 16;

const segmentListSchema = strict({
  weight: z.int().min(1).max(UINT32).default(1).describe('Share, over the weights of all lists.'),
  segments: z
    .array(segmentSchema)
    .min(1)
    .max(MAX_SEGMENTS)
    .refine((segments) => new Set(segments.map((one) => typeof one)).size <= 1, {
      message: 'labels and SRv6 SIDs do not go together in one list (RFC 9256)',
    })
    .describe('MPLS labels, or SRv6 SIDs, the first one first.'),
});

export const srPolicyActionSchema = strict({
  type: z.literal('sr-policy'),
  policies: z
    .array(
      strict({
        device: nameSchema,
        color: z.int().min(1).max(UINT32),
        endpoint: endpointSchema,
        preference: z.int().min(0).max(UINT32).default(100),
        segmentLists: z
          .array(segmentListSchema)
          .max(MAX_SEGMENT_LISTS)
          .describe('None at all withdraws the candidate path that Weir announced.'),
      }),
    )
    .min(1)
    .max(1000)
    .superRefine((policies, context) => {
      const seen = new Set<string>();
      for (const [i, { device, color, endpoint }] of policies.entries()) {
        const key = `${device} ${color} ${endpoint}`;
        if (seen.has(key))
          context.addIssue({
            code: 'custom',
            path: [i, 'color'],
            message: `a policy of ${device} with this colour and endpoint stands above already`,
          });
        seen.add(key);
      }
    }),
});
