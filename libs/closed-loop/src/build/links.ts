import { ok, type Result } from '@weir/core/base';
import { linkId, splitPort, type FabricSpec } from '@weir/sim';
import { mistake, unknownName } from './refusals';

/**
 * The id under which the world knows a link: given by one of its ports, both, or its two devices
 * when there is only one between them. A host's port is a link too.
 */
export function findLink(name: string, spec: FabricSpec, where: string): Result<string> {
  const [first = '', second] = name.split('--');
  const byPort = spec.links.find((link) => link.a === name || link.b === name);
  if (byPort !== undefined) return ok(linkId(byPort));
  if (spec.endpoints.some((endpoint) => endpoint.attachedTo === name)) return ok(name);
  if (second === undefined) return unknownName(where, 'port', name, portsOf(spec));
  const matches = (port: string, end: string): boolean =>
    port === end || splitPort(port).device === end;
  const between = spec.links.filter(
    ({ a, b }) =>
      (matches(a, first) && matches(b, second)) || (matches(a, second) && matches(b, first)),
  );
  if (between.length > 1)
    return mistake(
      where,
      `there are ${between.length} links there; name a port, e.g. ${between[0]?.a}`,
    );
  if (between[0] !== undefined) return ok(linkId(between[0]));
  return unknownName(where, 'link', name, spec.links.map(linkId));
}

/** The port of the switch at one end of the link; undefined when it is no end. */
export const endAt = (link: string, device: string): string | undefined =>
  link.split('--').find((port) => splitPort(port).device === device);

const portsOf = (spec: FabricSpec): string[] => [
  ...spec.links.flatMap((link) => [link.a, link.b]),
  ...spec.endpoints.map((endpoint) => endpoint.attachedTo),
];
