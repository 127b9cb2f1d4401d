import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafValue } from '@weir/core/model';
import { checkConfig, parsedPath, schemaNode, type GnmiError } from '@weir/gnmi';
import { nextHop, STATIC_ROUTES } from './openconfig-paths';

/**
 * Types, ranges, list keys, references and threshold order; the first violation is reported.
 * Leaves outside of the subset that Weir knows are left to the device.
 */
export function checkSchema(image: ConfigImage): Result<void> {
  const known = new Map<string, LeafValue>();
  for (const [path, value] of image) {
    const node = schemaNode(parsedPath(path).schemaPath);
    if (node?.kind === 'leaf' && node.config) known.set(path, value);
  }
  const violation = checkConfig(known);
  if (violation !== null) return refused(image, violation);
  for (const path of image.keys()) {
    if (!isHalfNextHop(image, path)) continue;
    return refuse('schema-invalid', path, 'The next hop has a weight but no address.');
  }
  return ok(undefined);
}

/** The message of a violation starts with the path of the leaf. */
function refused(image: ConfigImage, violation: GnmiError): ReturnType<typeof refuse> {
  let where = '';
  for (const path of image.keys())
    if (violation.message.startsWith(path) && path.length > where.length) where = path;
  return refuse('schema-invalid', where, `${violation.message}.`);
}

/** A next hop is more than its weight: the entry must be whole or gone. */
function isHalfNextHop(image: ConfigImage, path: string): boolean {
  if (!path.startsWith(STATIC_ROUTES) || !path.endsWith('/config/wecmp-weight')) return false;
  const elems = parsedPath(path).elems;
  const prefix = elems.find((elem) => elem.name === 'static')?.key['prefix'] ?? '';
  const index = elems.find((elem) => elem.name === 'next-hop')?.key['index'] ?? '';
  return !image.has(`${nextHop(prefix, index)}/config/next-hop`);
}
