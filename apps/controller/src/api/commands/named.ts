import { ok, refuse, type Result } from '@weir/core/base';
import type { ReadModel } from '@weir/runtime';
import type { Site } from '../../boot/load-site';
import { modesView } from '../read/views';

/** Refuses a mode for what the policy and the topology do not name; `where` is the caller's field. */
export function knownScope(
  site: Site,
  model: Pick<ReadModel, 'ruleModes' | 'groupModes'>,
  target: { readonly scope: 'rule' | 'group'; readonly name: string; readonly where: string },
): Result<null> {
  const { scope, name, where } = target;
  const known = modesView(site, model);
  if (Object.hasOwn(scope === 'rule' ? known.rules : known.groups, name)) return ok(null);
  return refuse('not-found', where, `no ${scope} is called ${name}`);
}

/** Refuses a device that the topology does not have. */
export function knownDevice({ topology }: Site, name: string, where: string): Result<null> {
  if ([...topology.devices.keys()].some((device) => device === name)) return ok(null);
  return refuse('device-unknown', where, `no device is called ${name}`);
}
