import type { DeviceId, Metric, SeriesKey } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import { schemaPathOf, type PathElem } from '@weir/gnmi';

/** What the value at a path is good for. */
export const VALUE_IGNORED = 0;
/** Counter or gauge. */
export const VALUE_NUMBER = 1;
/** Enumeration of interface states. */
export const VALUE_STATUS = 2;
/** When the device started; a later one means that it restarted. */
export const VALUE_BOOT_TIME = 3;

export interface Series {
  readonly kind: number;
  /** Slot of the sink, -1 when there is none. */
  readonly slot: number;
}

export const IGNORED: Series = { kind: VALUE_IGNORED, slot: -1 };
const BOOT_TIME: Series = { kind: VALUE_BOOT_TIME, slot: -1 };

const COUNTERS = '/interfaces/interface/state/counters/';
const ETHERNET_COUNTERS = '/interfaces/interface/ethernet/state/counters/';
const OPER_STATUS = '/interfaces/interface/state/oper-status';
const QUEUE = '/qos/interfaces/interface/output/queues/queue/state/';
const AFT =
  /^\/network-instances\/network-instance\/afts\/ipv[46]-unicast\/ipv[46]-entry\/state\/counters\/octets-forwarded$/;
export const BOOT_TIME_PATH = '/system/state/boot-time';

const INTERFACE_METRICS: ReadonlySet<string> = new Set<Metric>([
  'in-octets',
  'out-octets',
  'in-discards',
  'out-discards',
  'in-errors',
  'out-errors',
  'out-pkts',
]);
/** Where a port has priority flow control, targets count its frames here too: it has no 802.3x then. */
const ETHERNET_METRICS: ReadonlyMap<string, Metric> = new Map([
  ['in-mac-pause-frames', 'in-pause-frames'],
  ['out-mac-pause-frames', 'out-pause-frames'],
]);
const QUEUE_METRICS: ReadonlyMap<string, Metric> = new Map([
  ['transmit-octets', 'queue-transmit-octets'],
  ['transmit-pkts', 'queue-transmit-pkts'],
  ['dropped-pkts', 'queue-dropped-pkts'],
  ['ecn-marked-pkts', 'queue-ecn-marked-pkts'],
  ['avg-queue-len', 'queue-avg-len'],
  ['max-queue-len', 'queue-max-len'],
]);

/** The series that a leaf feeds; IGNORED for leaves that nobody asked for. */
export function seriesOf(
  device: DeviceId,
  elems: readonly PathElem[],
  sink: TelemetrySink,
): Series {
  const path = schemaPathOf(elems);
  if (path === BOOT_TIME_PATH) return BOOT_TIME;
  const key = seriesKey(device, path, elems) ?? pfcKey(device, elems);
  if (key === null) return IGNORED;
  const slot = sink.resolve(key);
  if (slot < 0) return IGNORED;
  return { kind: key.metric === 'oper-status' ? VALUE_STATUS : VALUE_NUMBER, slot };
}

function seriesKey(device: DeviceId, path: string, elems: readonly PathElem[]): SeriesKey | null {
  const none = { device, interface: '', queue: '', prefix: '' };
  const leaf = elems.at(-1)?.name ?? '';
  if (path.startsWith(COUNTERS) && INTERFACE_METRICS.has(leaf))
    return { ...none, metric: leaf as Metric, interface: elems[1]?.key['name'] ?? '' };
  if (path.startsWith(ETHERNET_COUNTERS)) {
    const metric = ETHERNET_METRICS.get(leaf);
    return metric === undefined
      ? null
      : { ...none, metric, interface: elems[1]?.key['name'] ?? '' };
  }
  if (path === OPER_STATUS)
    return { ...none, metric: 'oper-status', interface: elems[1]?.key['name'] ?? '' };
  if (path.startsWith(QUEUE)) {
    const metric = QUEUE_METRICS.get(leaf);
    const port = elems[2]?.key['interface-id'] ?? '';
    const queue = elems[5]?.key['name'] ?? '';
    return metric === undefined ? null : { ...none, metric, interface: port, queue };
  }
  if (AFT.test(path) && elems[1]?.key['name'] === 'DEFAULT')
    return { ...none, metric: 'prefix-octets', prefix: elems[4]?.key['prefix'] ?? '' };
  return null;
}

const SONIC_PFC = /^SAI_PORT_STAT_PFC_([0-7])_(RX|TX)_PKTS$/;
/** Fields of COUNTERS_DB on SONiC that count the frames of one priority. */
export const SONIC_PFC_FIELDS = ['RX', 'TX'].flatMap((way) =>
  Array.from({ length: 8 }, (_, priority) => `SAI_PORT_STAT_PFC_${priority}_${way}_PKTS`),
);

/** `COUNTERS/Ethernet0/SAI_PORT_STAT_PFC_3_RX_PKTS`, or as SONiC answers to a port with wildcard. */
function pfcKey(device: DeviceId, elems: readonly PathElem[]): SeriesKey | null {
  const [, queue, way] = SONIC_PFC.exec(elems.at(-1)?.name ?? '') ?? [];
  if (queue === undefined || elems[0]?.name !== 'COUNTERS') return null;
  const metric = way === 'RX' ? 'in-pfc-frames' : 'out-pfc-frames';
  return { device, metric, interface: elems.at(-2)?.name ?? '', queue, prefix: '' };
}

/** 1 up, 0 down, 2 unknown; module prefixes are dropped by the caller. */
export function operStatusCode(name: string): number {
  if (name === 'UP') return 1;
  return name === 'UNKNOWN' ? 2 : 0;
}
