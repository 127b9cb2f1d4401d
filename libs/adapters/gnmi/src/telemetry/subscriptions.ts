import type { Device, Topology } from '@weir/core/model';
import { formatElem, toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { BOOT_TIME_PATH, SONIC_PFC_FIELDS } from '../decode/series-path';

/**
 * Ways to ask a target for the same series, from the one that costs least to the one that asks
 * least of the target. A target that rejects one is asked in the next way; the last goes without
 * the pauses, for targets that reject what they do not count.
 */
export const SUBSCRIPTION_STYLES = ['wildcards', 'named', 'named-sampled', 'basic'] as const;
export type SubscriptionStyle = (typeof SUBSCRIPTION_STYLES)[number];

type Mode = gnmi.SubscriptionMode.SAMPLE | gnmi.SubscriptionMode.ON_CHANGE;

interface Wanted {
  readonly path: string;
  readonly mode: Mode;
}

interface Subscription {
  readonly path: gnmi.Path;
  readonly mode: Mode;
}

const { SAMPLE, ON_CHANGE } = gnmi.SubscriptionMode;
const SAMPLED_STYLES: ReadonlySet<SubscriptionStyle> = new Set(['named-sampled', 'basic']);
const PAUSES = '/ethernet/state/counters';

/**
 * STREAM subscription of what the topology says about a device: counters, queues and forwarding
 * counters by SAMPLE, states by ON_CHANGE. Whole containers, so that a target can send the
 * counters of an interface in one notification.
 */
export function streamRequest(
  topology: Topology,
  device: Device,
  style: SubscriptionStyle,
  sampleIntervalMs: number,
  encoding: gnmi.Encoding,
): gnmi.SubscribeRequest {
  const all = style === 'wildcards' ? wildcards() : named(topology, device);
  const wanted = style === 'basic' ? all.filter(({ path }) => !path.endsWith(PAUSES)) : all;
  const subscriptions = wanted.map(({ path, mode }): Subscription => ({
    path: toProtoPath(path, 'openconfig'),
    mode: SAMPLED_STYLES.has(style) ? SAMPLE : mode,
  }));
  return requestOf(undefined, subscriptions, sampleIntervalMs, encoding);
}

/** The model that targets name which serve the databases of SONiC by name. */
export const SONIC_DB = 'sonic-db';

/**
 * OpenConfig has no leaves for PFC. SONiC tells it in COUNTERS_DB, which is a target of its own and
 * so a request of its own (sonic-gnmi, virtual paths of sonic_data_client).
 */
export function pfcRequest(sampleIntervalMs: number): gnmi.SubscribeRequest {
  const subscriptions = SONIC_PFC_FIELDS.map((field): Subscription => ({
    path: toProtoPath(['COUNTERS', 'Ethernet*', field].map((name) => ({ name, key: {} }))),
    mode: SAMPLE,
  }));
  const prefix = toProtoPath([], '', 'COUNTERS_DB');
  return requestOf(prefix, subscriptions, sampleIntervalMs, gnmi.Encoding.JSON_IETF);
}

function requestOf(
  prefix: gnmi.Path | undefined,
  subscriptions: readonly Subscription[],
  sampleIntervalMs: number,
  encoding: gnmi.Encoding,
): gnmi.SubscribeRequest {
  const sampleInterval = BigInt(sampleIntervalMs) * 1_000_000n;
  return {
    request: {
      $case: 'subscribe',
      value: {
        prefix,
        subscription: subscriptions.map(({ path, mode }) => ({
          path,
          mode,
          sampleInterval: mode === SAMPLE ? sampleInterval : 0n,
          suppressRedundant: false,
          heartbeatInterval: 0n,
        })),
        qos: undefined,
        mode: gnmi.SubscriptionList_Mode.STREAM,
        allowAggregation: false,
        useModels: [],
        encoding,
        updatesOnly: false,
      },
    },
    extension: [],
  };
}

function wildcards(): readonly Wanted[] {
  return [
    ...interfacePaths('*'),
    { path: queuePath('*', '*'), mode: SAMPLE },
    { path: prefixPath('*', 4), mode: SAMPLE },
    { path: prefixPath('*', 6), mode: SAMPLE },
    { path: BOOT_TIME_PATH, mode: ON_CHANGE },
  ];
}

function named(topology: Topology, device: Device): readonly Wanted[] {
  const wanted: Wanted[] = [{ path: BOOT_TIME_PATH, mode: ON_CHANGE }];
  const queues = new Set(device.queueOfClass.values());
  for (const name of device.interfaces.keys()) {
    wanted.push(...interfacePaths(name));
    for (const queue of queues) wanted.push({ path: queuePath(name, queue), mode: SAMPLE });
  }
  const prefixes = new Set([...topology.endpoints.values()].map((endpoint) => endpoint.prefix));
  for (const prefix of prefixes)
    wanted.push({ path: prefixPath(prefix, prefix.includes(':') ? 6 : 4), mode: SAMPLE });
  return wanted;
}

function interfacePaths(name: string): readonly Wanted[] {
  const entry = `/interfaces/${formatElem({ name: 'interface', key: { name } })}`;
  return [
    { path: `${entry}/state/counters`, mode: SAMPLE },
    { path: `${entry}${PAUSES}`, mode: SAMPLE },
    { path: `${entry}/state/oper-status`, mode: ON_CHANGE },
  ];
}

function queuePath(port: string, queue: string): string {
  const entry = formatElem({ name: 'interface', key: { 'interface-id': port } });
  return `/qos/interfaces/${entry}/output/queues/${formatElem({ name: 'queue', key: { name: queue } })}/state`;
}

const prefixPath = (prefix: string, family: 4 | 6): string =>
  `/network-instances/network-instance[name=DEFAULT]/afts/ipv${family}-unicast/` +
  `${formatElem({ name: `ipv${family}-entry`, key: { prefix } })}/state/counters`;
