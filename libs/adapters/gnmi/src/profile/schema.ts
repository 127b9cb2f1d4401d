import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafValue } from '@weir/core/model';
import { parsedPath, type PathElem } from '@weir/gnmi';
import {
  bufferProfile,
  nextHop,
  QUEUE_PROFILES,
  queueProfile,
  STATIC_ROUTES,
  wredUniform,
} from './openconfig-paths';

/** Returns why the value is not of the type, or null. */
type LeafType = (value: LeafValue) => string | null;

/** Integer of a range; compared as BigInt, because 2^64-1 is a value that is really used. */
function integer(least: bigint, most: bigint): LeafType {
  return (value) => {
    const text = String(value);
    if (typeof value === 'boolean' || !/^-?\d+$/.test(text)) return `${text} is not an integer`;
    const number = BigInt(text);
    return number < least || number > most ? `${text} is not within ${least}..${most}` : null;
  };
}

const uint64 = integer(0n, 2n ** 64n - 1n);
const uint32 = integer(0n, 2n ** 32n - 1n);
const int32 = integer(-(2n ** 31n), 2n ** 31n - 1n);
const percent = integer(0n, 100n);
const boolean: LeafType = (value) =>
  value === true || value === false || value === 'true' || value === 'false'
    ? null
    : `${String(value)} is not a boolean`;
const word: LeafType = (value) => (String(value) === '' ? 'must not be empty' : null);
const oneOf =
  (...names: readonly string[]): LeafType =>
  (value) =>
    names.includes(String(value)) ? null : `${String(value)} is not one of ${names.join(', ')}`;
/** union(uint64, identity): numbers must be in range, anything else is an identity. */
const weight: LeafType = (value) => (/^-?\d/.test(String(value)) ? uint64(value) : word(value));
const address: LeafType = (value) =>
  /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|DROP|LOCAL_LINK)$/.test(String(value))
    ? null
    : `${String(value)} is neither an address nor DROP or LOCAL_LINK`;

const HOP =
  '/network-instances/network-instance/protocols/protocol/static-routes/static/next-hops/next-hop';
const QMP = '/qos/queue-management-profiles/queue-management-profile';
const BAP = '/qos/buffer-allocation-profiles/buffer-allocation-profile';
const marking = (base: string): [string, LeafType][] => [
  [`${base}/min-threshold`, uint64],
  [`${base}/max-threshold`, uint64],
  [`${base}/min-threshold-percent`, percent],
  [`${base}/max-threshold-percent`, percent],
  [`${base}/enable-ecn`, boolean],
  [`${base}/drop`, boolean],
];

/** Types of the leaves that Weir writes or reads, by schema path. Others are left to the device. */
const TYPES: ReadonlyMap<string, LeafType> = new Map<string, LeafType>([
  [`${HOP}/config/index`, word],
  [`${HOP}/config/next-hop`, address],
  [`${HOP}/config/wecmp-weight`, weight],
  [`${HOP}/interface-ref/config/interface`, word],
  [`${QMP}/config/name`, word],
  ...marking(`${QMP}/wred/uniform/config`),
  ...marking(`${QMP}/red/uniform/config`),
  [`${QMP}/wred/uniform/config/weight`, uint32],
  [`${QMP}/wred/uniform/config/max-drop-probability-percent`, percent],
  [`${BAP}/config/name`, word],
  [`${BAP}/queues/queue/config/name`, word],
  [`${BAP}/queues/queue/config/dedicated-buffer`, uint64],
  [`${BAP}/queues/queue/config/use-shared-buffer`, boolean],
  [
    `${BAP}/queues/queue/config/shared-buffer-limit-type`,
    oneOf('STATIC', 'DYNAMIC_BASED_ON_SCALING_FACTOR'),
  ],
  [`${BAP}/queues/queue/config/static-shared-buffer-limit`, uint32],
  [`${BAP}/queues/queue/config/dynamic-limit-scaling-factor`, int32],
]);

/** Types, ranges, list keys, references and threshold order; the first violation is reported. */
export function checkSchema(image: ConfigImage): Result<void> {
  for (const [path, value] of image) {
    const { elems, schemaPath } = parsedPath(path);
    const reason =
      TYPES.get(schemaPath)?.(value) ??
      keyMismatch(elems, value) ??
      danglingReference(image, elems, value) ??
      missingSibling(image, path, elems);
    if (reason !== null) return refuse('schema-invalid', path, `The leaf ${reason}.`);
  }
  for (const name of queueProfileNames(image)) {
    const refused = checkThresholds(image, name);
    if (refused !== null) return refused;
  }
  return ok(undefined);
}

/** `.../queue[name=rt]/config/name` must say what the key says. */
function keyMismatch(elems: readonly PathElem[], value: LeafValue): string | null {
  const leaf = elems[elems.length - 1]?.name ?? '';
  if (elems[elems.length - 2]?.name !== 'config') return null;
  const key = elems[elems.length - 3]?.key[leaf];
  return key === undefined || key === String(value) ? null : `differs from the list key ${key}`;
}

function danglingReference(
  image: ConfigImage,
  elems: readonly PathElem[],
  value: LeafValue,
): string | null {
  if (elems[1]?.name !== 'interfaces' || elems[0]?.name !== 'qos') return null;
  const leaf = elems[elems.length - 1]?.name ?? '';
  const name = String(value);
  if (leaf === 'queue-management-profile')
    return image.has(`${queueProfile(name)}/config/name`) ? null : `refers to no profile: ${name}`;
  if (!leaf.endsWith('buffer-allocation-profile')) return null;
  return image.has(`${bufferProfile(name)}/config/name`) ? null : `refers to no profile: ${name}`;
}

/** A next hop is more than its weight: the entry must be whole or gone. */
function missingSibling(
  image: ConfigImage,
  path: string,
  elems: readonly PathElem[],
): string | null {
  if (!path.startsWith(STATIC_ROUTES) || !path.endsWith('/config/wecmp-weight')) return null;
  const prefix = elems.find((elem) => elem.name === 'static')?.key['prefix'] ?? '';
  const index = elems.find((elem) => elem.name === 'next-hop')?.key['index'] ?? '';
  return image.has(`${nextHop(prefix, index)}/config/next-hop`)
    ? null
    : 'stands without the address of its next hop';
}

function checkThresholds(image: ConfigImage, name: string): ReturnType<typeof refuse> | null {
  for (const base of [wredUniform(name), `${queueProfile(name)}/red/uniform/config`]) {
    const leaf = (rest: string) => image.get(`${base}/${rest}`);
    for (const unit of ['', '-percent']) {
      const [min, max] = [leaf(`min-threshold${unit}`), leaf(`max-threshold${unit}`)];
      if (min !== undefined && max !== undefined && BigInt(String(min)) > BigInt(String(max)))
        return refuse(
          'schema-invalid',
          `${base}/min-threshold${unit}`,
          `The minimum ${min} is above the maximum ${max}.`,
        );
    }
    if (leaf('min-threshold') !== undefined && leaf('min-threshold-percent') !== undefined)
      return refuse(
        'schema-invalid',
        base,
        'Thresholds in bytes and in percent exclude each other.',
      );
  }
  return null;
}

function queueProfileNames(image: ConfigImage): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of image.keys()) {
    if (!path.startsWith(QUEUE_PROFILES)) continue;
    const name = parsedPath(path).elems[2]?.key['name'];
    if (name !== undefined) names.add(name);
  }
  return names;
}
