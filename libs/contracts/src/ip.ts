/** An IP address taken apart: four or sixteen bytes as one number. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** Null for anything but a plain address: no zone, no prefix length, no leading zeros in IPv4. */
export function parseIp(text: string): IpAddress | null {
  const v4 = parseV4(text);
  if (v4 !== null) return { family: 4, value: v4 };
  const v6 = parseV6(text);
  return v6 === null ? null : { family: 6, value: v6 };
}

function parseV4(text: string): bigint | null {
  const parts = V4.exec(text)?.slice(1);
  if (parts === undefined) return null;
  // 010 is 8 to some programs and 10 to others.
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0'))))
    return null;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | null {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0 || !text.includes(':')) return null;
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  return groups.every((group) => GROUP.test(group)) ? groups : null;
}

/** As RFC 5952 writes it: lower case, the longest run of zeros of two groups or more left out. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4)
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  let [start, length] = [0, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (groups[end] === '0') end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

export const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/**
 * Whether packets can be sent there by a route: not unspecified, loopback, link-local, multicast
 * or reserved, and no IPv4 address in IPv6 clothes.
 */
export function isRoutableUnicast({ family, value }: IpAddress): boolean {
  if (family === 4) {
    const first = Number(value >> 24n);
    if (first === 0 || first === 127 || first >= 224) return false;
    return value >> 16n !== 0xa9fen;
  }
  if (value >> 32n === 0n || value >> 32n === 0xffffn) return false;
  return value >> 120n !== 0xffn && value >> 118n !== 0x3fan;
}

/** A prefix in its one spelling; a text that says what is wrong with it otherwise. */
export type ParsedPrefix =
  | { readonly ok: true; readonly network: IpAddress; readonly length: number }
  | { readonly ok: false; readonly reason: string };

const PREFIX = /^([^/]+)\/(0|[1-9]\d{0,2})$/;

/** `10.0.1.0/24` or `2001:db8::/32`: without host bits, as short as can be. */
export function parsePrefix(text: string): ParsedPrefix {
  const match = PREFIX.exec(text);
  const network = match === null ? null : parseIp(match[1] ?? '');
  if (match === null || network === null)
    return { ok: false, reason: 'not a prefix such as 10.0.1.0/24 or 2001:db8::/32' };
  const length = Number(match[2]);
  const bits = bitsOf(network.family);
  if (length > bits)
    return { ok: false, reason: `longer than ${bits} bits, the most for IPv${network.family}` };
  const hostBits = BigInt(bits - length);
  const value = (network.value >> hostBits) << hostBits;
  const written = `${formatIp({ family: network.family, value })}/${length}`;
  if (value !== network.value) return { ok: false, reason: `has host bits set; write ${written}` };
  if (written !== text) return { ok: false, reason: `not in its usual spelling; write ${written}` };
  return { ok: true, network, length };
}
