import { z } from 'zod';

export const API_VERSION = 'weir.dev/v1';

export const TRAFFIC_CLASS_NAMES = [
  'real-time-inference',
  'interactive',
  'training',
  'storage',
  'batch',
  'management',
  'best-effort',
] as const;
export const trafficClassSchema = z.enum(TRAFFIC_CLASS_NAMES);

export const MODE_NAMES = ['off', 'observe', 'suggest', 'approve', 'auto'] as const;
export const modeSchema = z.enum(MODE_NAMES);

export const ROLE_NAMES = ['viewer', 'operator', 'admin'] as const;
export const roleSchema = z.enum(ROLE_NAMES);

/** Names of resources, devices and endpoints: they appear in paths, keys and file names. */
export const nameSchema = z
  .string()
  .max(63, 'at most 63 characters')
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    'letters, digits, ".", "_" and "-", starting and ending with a letter or digit',
  );

export const labelsSchema = z.record(z.string().min(1).max(63), z.string().max(255));

export const ratioSchema = z.number().min(0).max(1);
export const positiveMsSchema = z.int().min(1).max(86_400_000_000);
export const nonNegativeMsSchema = z.int().min(0).max(86_400_000_000);

const CAPACITY = /^(\d+(?:\.\d+)?)([KMGT])$/;
const SCALE: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Bits per second: a number, or text with a decimal unit as in `100G`, `400M`, `1.6T`. */
export const capacitySchema = z
  .union([z.number(), z.string()])
  .transform((value, context): number => {
    const match = typeof value === 'string' ? CAPACITY.exec(value) : null;
    const bps =
      typeof value === 'number' ? value : Number(match?.[1]) * (SCALE[match?.[2] ?? ''] ?? NaN);
    if (Number.isFinite(bps) && bps > 0) return bps;
    context.addIssue({
      code: 'custom',
      message: 'capacity in bits per second, e.g. 100000000000 or "100G" (units K, M, G, T)',
    });
    return z.NEVER;
  });

const BYTES = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|KiB|MiB|GiB)$/;
const BYTE_SCALE: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Bytes: a whole number, or text with a unit as in `64MB` (decimal) or `32MiB` (binary). */
export const byteSizeSchema = z
  .union([z.number(), z.string()])
  .transform((value, context): number => {
    const match = typeof value === 'string' ? BYTES.exec(value) : null;
    const bytes =
      typeof value === 'number'
        ? value
        : Number(match?.[1]) * (BYTE_SCALE[match?.[2] ?? ''] ?? NaN);
    if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
    context.addIssue({
      code: 'custom',
      message: 'a size in bytes, e.g. 64000000, "64MB" or "32MiB"',
    });
    return z.NEVER;
  });

/** `device:interface`; the interface name may itself hold colons and slashes. */
export const portSchema = z
  .string()
  .regex(/^[^:\s]+:\S+$/, 'a port as device:interface, e.g. leaf1:eth1');

const IPV4_PREFIX = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** IPv4 prefix without host bits, as routes and forwarding counters are keyed by it. */
export const prefixSchema = z.string().superRefine((text, context) => {
  const match = IPV4_PREFIX.exec(text);
  const parts = match?.slice(1).map(Number) ?? [];
  const length = parts[4] ?? 33;
  if (!match || length > 32 || parts.slice(0, 4).some((part) => part > 255)) {
    context.addIssue({ code: 'custom', message: 'an IPv4 prefix such as 10.0.1.0/24' });
    return;
  }
  const address = parts.slice(0, 4).reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - length);
  if (address % size === 0) return;
  const network = address - (address % size);
  const dotted = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.');
  context.addIssue({ code: 'custom', message: `has host bits set; write ${dotted}/${length}` });
});

/** `host:port` of a server; IPv6 hosts in brackets. */
export const hostPortSchema = z.string().superRefine((text, context) => {
  const match = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})$/.exec(text);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 65535) return;
  context.addIssue({ code: 'custom', message: 'host:port, e.g. 192.0.2.1:9339' });
});

export const portNumberSchema = z.int().min(0).max(65535);
