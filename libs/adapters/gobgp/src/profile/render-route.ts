import { parsePrefix } from '@weir/contracts';
import { assert, ok, refuse, type Refusal, type Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff } from '@weir/core/model';
import {
  announcementPath,
  announcementText,
  FIRST_IDENTIFIER,
  LAST_IDENTIFIER,
  nextHopsIn,
  othersPath,
  prefixPath,
  prefixProblem,
  sendMaxPath,
  SESSION,
  type Announcement,
} from '../announcement';
import { bandwidthOf, ownPaths, type OwnPath } from './routes';
import { templateOf, type Template } from './template';

/** How far standby paths lie below those in use, still above what routers give by themselves. */
const STANDBY_BELOW = 50;

type Weights = Readonly<Record<string, number>>;
type Hops = ReadonlyMap<string, string>;

/**
 * Announcements of one prefix for new weights by interface. An interface of weight 0, or without
 * one, is withdrawn (method weights) or becomes a standby (method local-preference); it can come
 * back, since the topology knows its next hop. A prefix that is not announced yet is from then on;
 * no weights at all withdraw it from this router.
 */
export function renderRoute(
  image: ConfigImage,
  prefix: string,
  weights: Weights,
): Result<readonly LeafDiff[]> {
  const where = prefixPath(prefix);
  const problem = prefixProblem(prefix);
  if (problem !== null) return refuse('schema-invalid', where, `${prefix}: ${problem}.`);
  const parsed = parsePrefix(prefix);
  assert(parsed.ok, 'checked right before');
  const { family } = parsed.network;
  const hops = nextHopsIn(image, family);
  const own = ownPaths(image).get(prefix) ?? [];
  const template = templateOf(image);
  if (Object.keys(weights).length === 0) return withdrawal(where, image, prefix, own);
  const wanted = announcedBy(hops, weights, template);
  const refused =
    weightsProblem(hops, family, weights, template) ??
    speakerProblem(image, prefix, wanted.length, family) ??
    (own.some((path) => path.announcement === null) ? foreignAttributes(prefix) : null);
  if (refused !== null) return refuse(refused.code, where, refused.reason);
  return ok(diffsOf(image, prefix, own, wanted));
}

/**
 * Asked for in so many words, as no weights at all: the site stops announcing the prefix, and the
 * router goes back to routes of its own. It needs no session and no agreement of others.
 */
function withdrawal(
  where: string,
  image: ConfigImage,
  prefix: string,
  own: readonly OwnPath[],
): Result<readonly LeafDiff[]> {
  if (own.length === 0) return refuse('not-found', where, `Weir does not announce ${prefix} here.`);
  if (own.some(({ announcement }) => announcement === null)) {
    const { code, reason } = foreignAttributes(prefix);
    return refuse(code, where, reason);
  }
  return ok(diffsOf(image, prefix, own, []));
}

type Problem = Pick<Refusal, 'code' | 'reason'>;

const foreignAttributes = (prefix: string): Problem => ({
  code: 'capability-missing',
  reason: `A path of ${prefix} with an identifier of Weir's holds attributes that Weir does not write; withdraw it first.`,
});

function weightsProblem(
  hops: Hops,
  family: 4 | 6,
  weights: Weights,
  { method }: Template,
): Problem | null {
  const invalid = (reason: string): Problem => ({ code: 'schema-invalid', reason });
  for (const [iface, weight] of Object.entries(weights)) {
    if (!Number.isSafeInteger(weight) || weight < 0)
      return invalid(`Weight ${weight} of ${iface} is not a whole number.`);
    if (weight > 0 && !hops.has(iface))
      return {
        code: 'no-alternative',
        reason: `The topology names no IPv${family} next hop over ${iface} (bgp.nextHops).`,
      };
  }
  const used = Object.values(weights).filter((weight) => weight > 0);
  if (used.length === 0)
    return { code: 'black-hole', reason: 'All weights are 0: the prefix would have no next hop.' };
  if (method === 'local-preference' && new Set(used).size > 1)
    return {
      code: 'capability-missing',
      reason: `Method local-preference cannot share ${used.join(':')}; ask for equal weights, or set bgp.method: weights.`,
    };
  return null;
}

/** Whether what is announced would reach the router, and would be all that the router hears. */
function speakerProblem(
  image: ConfigImage,
  prefix: string,
  paths: number,
  family: 4 | 6,
): Problem | null {
  const session = String(image.get(SESSION) ?? 'unknown');
  if (session !== 'established')
    return {
      code: 'device-unreachable',
      reason: `The BGP session between speaker and router is ${session}: the router would not hear of it.`,
    };
  const sendMax = Number(image.get(sendMaxPath(family)) ?? 0);
  if (paths > Math.max(1, sendMax))
    return {
      code: 'capability-missing',
      reason: `The speaker sends the router ${Math.max(1, sendMax)} of ${paths} paths; raise add-paths send-max of IPv${family} there.`,
    };
  const others = Number(image.get(othersPath(prefix)) ?? 0);
  if (others > 0)
    return {
      code: 'capability-missing',
      reason: `Somebody else announces ${prefix} by the same speaker (${others} paths); shares would not be what Weir says.`,
    };
  return null;
}

function announcedBy(hops: Hops, weights: Weights, template: Template): readonly Announcement[] {
  const { attributes, asn, method } = template;
  const wanted: Announcement[] = [];
  for (const [iface, nextHop] of hops) {
    const weight = weights[iface] ?? 0;
    if (method === 'weights') {
      const bandwidth = { bytesPerSecond: bandwidthOf(weight), asn };
      if (weight > 0) wanted.push({ ...attributes, nextHop, bandwidth });
    } else {
      const preferred = attributes.localPreference ?? 0;
      const localPreference = weight > 0 ? preferred : preferred - STANDBY_BELOW;
      wanted.push({ ...attributes, nextHop, bandwidth: null, localPreference });
    }
  }
  return wanted;
}

/** New paths before those that go: the prefix is never without one. */
function diffsOf(
  image: ConfigImage,
  prefix: string,
  own: readonly OwnPath[],
  wanted: readonly Announcement[],
): readonly LeafDiff[] {
  const taken = new Set(own.map(({ identifier }) => identifier));
  const kept = new Set<OwnPath>();
  const diffs: LeafDiff[] = [];
  for (const announcement of wanted) {
    const same = own.find((path) => path.announcement?.nextHop === announcement.nextHop);
    if (same !== undefined) kept.add(same);
    const identifier = same?.identifier ?? freeIdentifier(taken);
    const path = announcementPath({ prefix, identifier });
    const before = image.get(path) ?? null;
    const after = announcementText(announcement);
    if (before !== after) diffs.push({ path, before, after });
  }
  for (const gone of own)
    if (!kept.has(gone))
      diffs.push({ path: gone.path, before: image.get(gone.path) ?? null, after: null });
  return diffs;
}

function freeIdentifier(taken: Set<number>): number {
  for (let identifier = FIRST_IDENTIFIER; identifier <= LAST_IDENTIFIER; identifier++) {
    if (taken.has(identifier)) continue;
    taken.add(identifier);
    return identifier;
  }
  assert(false, 'a prefix has fewer next hops than there are identifiers');
}
