import type { gnmi } from '@weir/proto-gen';
import { invalidArgument } from './error';
import { formatPath, parsePath, withoutKeyModule, withoutModule, type PathElem } from './path';

/** A path of a request with its prefix joined. */
export interface ResolvedPath {
  /** '' means openconfig. */
  readonly origin: string;
  readonly target: string;
  readonly elems: readonly PathElem[];
}

/**
 * Joins prefix and path by the rules of specification 2.7: the origin stands in one of the two,
 * never in both; only a prefix names a target. Pre-0.4 string elements are understood.
 * @throws GnmiError INVALID_ARGUMENT
 */
export function resolvePath(
  prefix: gnmi.Path | undefined,
  path: gnmi.Path | undefined,
): ResolvedPath {
  const prefixOrigin = prefix?.origin ?? '';
  const pathOrigin = path?.origin ?? '';
  if (prefixOrigin !== '' && pathOrigin !== '')
    throw invalidArgument('origin is given in both the prefix and a path');
  if ((path?.target ?? '') !== '') throw invalidArgument('target belongs into the prefix');
  return {
    origin: prefixOrigin || pathOrigin,
    target: prefix?.target ?? '',
    elems: [...elemsOf(prefix), ...elemsOf(path)],
  };
}

/** Elements of a path message, module prefixes dropped. */
export function elemsOf(path: gnmi.Path | undefined): readonly PathElem[] {
  if (path === undefined) return [];
  if (path.elem.length === 0) return path.element.flatMap((text) => parsePath(text));
  return path.elem.map((elem) => {
    if (elem.name === '') throw invalidArgument('a path element has no name');
    const key: Record<string, string> = {};
    for (const [name, value] of Object.entries(elem.key)) {
      if (name === '') throw invalidArgument(`element ${elem.name} has a key without a name`);
      key[withoutModule(name)] = withoutKeyModule(value);
    }
    return { name: withoutModule(elem.name), key };
  });
}

/** Message of a path; `origin` and `target` only where the caller wants them on the wire. */
export function toProtoPath(
  path: string | readonly PathElem[],
  origin = '',
  target = '',
): gnmi.Path {
  const elems = typeof path === 'string' ? parsePath(path) : path;
  return {
    element: [],
    origin,
    target,
    elem: elems.map((elem) => ({ name: elem.name, key: { ...elem.key } })),
  };
}

/** Canonical text of prefix and path together. */
export const protoPathText = (prefix: gnmi.Path | undefined, path: gnmi.Path | undefined): string =>
  formatPath([...elemsOf(prefix), ...elemsOf(path)]);
