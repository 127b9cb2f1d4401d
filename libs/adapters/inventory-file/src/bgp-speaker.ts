import {
  formatPath,
  nearest,
  parseIp,
  type BgpSpeakerDocument,
  type TopologyDocument,
} from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { deviceId, type BgpSpeaker, type Device, type DeviceId } from '@weir/core/model';

/** The profile whose devices are steered by announcements. */
const PROFILE = 'gobgp';

/** Above the 100 that routers give to routes without one. */
const DEFAULT_PREFERENCE = 200;

export function speakerOf(document: BgpSpeakerDocument): BgpSpeaker {
  const { address, tls, method, med, communities, largeCommunities, asn } = document;
  const preferred = method === 'local-preference' ? DEFAULT_PREFERENCE : null;
  const ofFamily = (addresses: readonly string[], family: 4 | 6): string | null =>
    addresses.find((one) => parseIp(one)?.family === family) ?? null;
  return {
    address,
    tls: { mode: tls?.mode ?? 'insecure', serverName: tls?.serverName ?? null },
    nextHops: new Map(
      Object.entries(document.nextHops).map(([name, addresses]) => [
        name,
        { ipv4: ofFamily(addresses, 4), ipv6: ofFamily(addresses, 6) },
      ]),
    ),
    method,
    localPreference: document.localPreference ?? preferred,
    med: med ?? null,
    communities,
    largeCommunities,
    asn,
    ...(document.srPolicies ? { srPolicies: true } : {}),
  };
}

type Devices = ReadonlyMap<DeviceId, Pick<Device, 'interfaces'>>;

const invalid = (where: string, reason: string) => refuse('topology-invalid', where, reason);

/** What a speaker refers to exists, and no two routers share one. */
export function checkSpeakers(spec: TopologyDocument['spec'], devices: Devices): Result<void> {
  const userOf = new Map<string, string>();
  for (const [i, device] of spec.devices.entries()) {
    const where = `spec.devices[${i}]`;
    const profile = device.profile ?? spec.defaults.profile;
    if (profile === PROFILE && device.bgp === undefined)
      return invalid(`${where}.bgp`, 'required: profile gobgp announces routes through a speaker');
    if (device.bgp === undefined) continue;
    if (profile !== PROFILE)
      return invalid(`${where}.bgp`, `profile ${profile} does not use it; set profile: ${PROFILE}`);
    if (device.address === undefined)
      return invalid(`${where}.address`, 'required: the gNMI server that tells how the router is');
    const { address, nextHops } = device.bgp;
    const user = userOf.get(address);
    if (user !== undefined)
      return invalid(`${where}.bgp.address`, `${address} is the speaker of ${user} already`);
    userOf.set(address, device.name);
    const interfaces = devices.get(deviceId(device.name))?.interfaces ?? new Map<string, unknown>();
    for (const name of Object.keys(nextHops)) {
      if (interfaces.has(name)) continue;
      const near = nearest(name, interfaces.keys());
      const hint = near ? `; did you mean "${near}"?` : '';
      return invalid(
        formatPath(['spec', 'devices', i, 'bgp', 'nextHops', name]),
        `${device.name} has no interface "${name}"${hint}`,
      );
    }
  }
  return ok(undefined);
}
