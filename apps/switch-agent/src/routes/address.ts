import { isIPv4, isIPv6 } from 'node:net';

/**
 * What is wrong with a prefix; null when nothing is. It must be written as the kernel prints it, so
 * that what is read back can be told to be the same.
 */
export function prefixMistake(prefix: string): string | null {
  const [address = '', length = '', more] = prefix.split('/');
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (isIPv4(address) && bits <= 32 && more === undefined)
    return ipv4Value(address) % 2 ** (32 - bits) === 0 ? null : 'has bits set beyond its length';
  if (isIPv6(address) && bits <= 128 && more === undefined) {
    const canonical = canonicalIpv6(address);
    if (canonical !== address) return `must be written ${canonical}/${bits}`;
    return ipv6Value(canonical) % (1n << BigInt(128 - bits)) === 0n
      ? null
      : 'has bits set beyond its length';
  }
  return 'is not a prefix such as 10.0.0.0/24 or 2001:db8::/32';
}

/** What is wrong with the address of a neighbour; null when nothing is. */
export function addressMistake(text: string): string | null {
  if (isIPv4(text)) return null;
  if (!isIPv6(text) || text.includes('%')) return 'is not an address such as 10.0.0.1';
  const canonical = canonicalIpv6(text);
  return canonical === text ? null : `must be written ${canonical}`;
}

const ipv4Value = (text: string): number =>
  text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** RFC 5952, which the kernel's %pI6c follows. */
function canonicalIpv6(text: string): string {
  if (text.includes('%')) return text;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function ipv6Value(canonical: string): bigint {
  const [head = '', tail = ''] = canonical.split('::');
  const [left, right] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - (left?.length ?? 0) - (right?.length ?? 0)).fill('0');
  const groups = [...(left ?? []), ...zeros, ...(right ?? [])];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
