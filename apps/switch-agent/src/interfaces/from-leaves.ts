import { invalidArgument, parsedPath, unimplemented, type LeafMap } from '@weir/gnmi';

/** What can be configured of a link; null: left as it was before the agent. */
export interface LinkSettings {
  readonly enabled: boolean | null;
  readonly mtu: number | null;
  readonly description: string | null;
}

export const UNSET: LinkSettings = { enabled: null, mtu: null, description: null };

export const isInterfacePath = (path: string): boolean => path.startsWith('/interfaces/');

/** Longest alias that the kernel keeps (IFALIASZ), without its end. */
const MAX_DESCRIPTION = 255;

/**
 * Settings by link name that configuration leaves describe. Throws a GnmiError that begins with
 * the offending path: UNIMPLEMENTED for what is not offered, INVALID_ARGUMENT for values.
 */
export function settingsFromLeaves(leaves: LeafMap): ReadonlyMap<string, LinkSettings> {
  const settings = new Map<string, LinkSettings>();
  for (const [path, value] of leaves) {
    const [, entry, ...rest] = parsedPath(path).elems;
    const name = entry?.key['name'] ?? '';
    const before = settings.get(name) ?? UNSET;
    const leaf = rest.map((elem) => elem.name).join('/');
    if (leaf === 'config/name') settings.set(name, before);
    else if (leaf === 'config/enabled') settings.set(name, { ...before, enabled: value === true });
    else if (leaf === 'config/mtu')
      settings.set(name, { ...before, mtu: checkMtu(path, Number(value)) });
    else if (leaf === 'config/description')
      settings.set(name, { ...before, description: checkDescription(path, String(value)) });
    else
      throw unimplemented(
        `${path}: not configurable on this target (enabled, mtu and description are)`,
      );
  }
  return settings;
}

function checkMtu(path: string, mtu: number): number {
  if (mtu >= 68) return mtu;
  throw invalidArgument(`${path}: ${mtu} is below 68, the least that IPv4 can do with`);
}

function checkDescription(path: string, text: string): string {
  if (Buffer.byteLength(text) > MAX_DESCRIPTION)
    throw invalidArgument(`${path}: longer than ${MAX_DESCRIPTION} octets`);
  // It becomes one quoted word of a line, in which these have a meaning of their own.
  if (/["'\\#\p{Cc}]/u.test(text))
    throw invalidArgument(`${path}: quotes, backslashes, # and control characters are not taken`);
  return text;
}
