import { fnv1a, ok, refuse } from '../../../base';
import {
  changeId,
  LEARNING_DEFAULTS,
  deviceId,
  leavesText,
  ruleName,
  type Change,
  type ConfigImage,
  type DeviceId,
  type DeviceDiff,
  type Policy,
  type TelemetryFrame,
  type Topology,
} from '../../../model';
import { canonicalJson, type DeviceProfile, type Strategies } from '../../../ports';
import { emptyDurableState, type DurableState } from '../../../state';
import type { LoopEnv } from '../../env';
import { emptyObservedState } from '../../observed';
import { Pass } from '../../pass';

/**
 * Small networks for the specs of the guards, with a profile of its own that could not be simpler:
 * one leaf `/r[PREFIX]/INTERFACE` with the weight for each next hop.
 */
export const profile: DeviceProfile = {
  name: 'plain',
  managedPaths: ['/r'],
  routes: (image) => {
    const routes = new Map<
      string,
      { index: string; address: string; interface: string; weight: number }[]
    >();
    for (const [path, value] of image) {
      const [, prefix = '', name = ''] = /^\/r\[(.*)\]\/(.*)$/.exec(path) ?? [];
      const hops = routes.get(prefix) ?? [];
      routes.set(prefix, hops);
      hops.push({ index: name, address: '', interface: name, weight: Number(value) });
    }
    return [...routes].map(([prefix, nextHops]) => ({ prefix, nextHops }));
  },
  queue: () => null,
  renderRoute: () => refuse('capability-missing', '', 'not here'),
  renderBuffer: () => refuse('capability-missing', '', 'not here'),
  renderEcn: () => refuse('capability-missing', '', 'not here'),
  renderScheduler: () => refuse('capability-missing', '', 'not here'),
  resourceOf: (path) => path.slice(0, path.indexOf(']') + 1),
  checkSchema: () => ok(undefined),
};

export const pathOf = (prefix: string, name: string): string => `/r[${prefix}]/${name}`;
export const digest = (text: string): string => fnv1a(text).toString(16);
export const CAPACITY_BPS = 100e9;
export const NOW = { monoMs: 1_000_000, wallMs: 1_800_000_000_000 };

export interface Cable {
  readonly a: string;
  readonly b: string;
}

export interface Network {
  readonly topology: Topology;
  /** Weights by device, prefix and neighbour; ports are called after the neighbour. */
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
}

type Weights = Readonly<Record<string, number>>;
export type Routes = Readonly<Record<string, Readonly<Record<string, Weights>>>>;

/** `hosts`: prefix by the device that it is attached to. */
export function networkOf(
  cables: readonly Cable[],
  hosts: Readonly<Record<string, string>>,
  routes: Routes,
  roleOf: (name: string) => 'leaf' | 'spine' = (name) => (name.startsWith('l') ? 'leaf' : 'spine'),
): Network {
  const names = [...new Set(cables.flatMap(({ a, b }) => [a, b]))];
  const neighbours = (name: string): string[] =>
    cables.flatMap(({ a, b }) => (a === name ? [b] : b === name ? [a] : []));
  const devices = new Map(
    names.map((name) => [
      deviceId(name),
      {
        id: deviceId(name),
        role: roleOf(name),
        group: name === names[0] ? 'first' : 'rest',
        profile: 'plain',
        address: 'x:1',
        interfaces: new Map(
          neighbours(name).map((port) => [port, { name: port, capacityBps: CAPACITY_BPS }]),
        ),
        weightGridEntries: 64,
        sharedBufferBytes: 0,
        queueOfClass: new Map(),
      },
    ]),
  );
  const topology = {
    name: 'small',
    revision: 'r1',
    devices,
    links: cables.map(({ a, b }) => ({
      id: `${a}-${b}`,
      a: { device: deviceId(a), interface: b },
      b: { device: deviceId(b), interface: a },
      capacityBps: CAPACITY_BPS,
    })),
    endpoints: new Map(
      Object.entries(hosts).map(([device, prefix]) => [
        `host-${device}`,
        {
          id: `host-${device}`,
          attachedTo: { device: deviceId(device), interface: 'h' },
          prefix,
          labels: {},
        },
      ]),
    ),
  } as unknown as Topology;
  const images = new Map(names.map((name) => [deviceId(name), imageOf(routes[name] ?? {})]));
  return { topology, images };
}

export const imageOf = (routes: Readonly<Record<string, Weights>>): ConfigImage =>
  new Map(
    Object.entries(routes).flatMap(([prefix, weights]) =>
      Object.entries(weights).map(([name, weight]) => [pathOf(prefix, name), weight] as const),
    ),
  );

/** Leaves and spines, every leaf to every spine, all routes even. */
export function clos(leaves: number, spines: number): Network {
  const l = Array.from({ length: leaves }, (_, i) => `l${i + 1}`);
  const s = Array.from({ length: spines }, (_, i) => `s${i + 1}`);
  const prefixOf = (leaf: string): string => `10.0.${leaf.slice(1)}.0/24`;
  const cables = l.flatMap((a) => s.map((b) => ({ a, b })));
  const even = Object.fromEntries(s.map((spine) => [spine, 1]));
  const up = (leaf: string) =>
    Object.fromEntries(l.filter((to) => to !== leaf).map((to) => [prefixOf(to), even]));
  const down = Object.fromEntries(l.map((leaf) => [prefixOf(leaf), { [leaf]: 1 }]));
  const routes = Object.fromEntries([
    ...l.map((leaf) => [leaf, up(leaf)]),
    ...s.map((spine) => [spine, down]),
  ]) as Routes;
  return networkOf(cables, Object.fromEntries(l.map((leaf) => [leaf, prefixOf(leaf)])), routes);
}

export const POLICY = {
  name: 'test',
  hash: 'h',
  freshness: { staleMs: 3_000, maxUnknownRatio: 0.25, maxDisagreementRatio: 0.1 },
  limits: {
    maxDevicesPerChange: 8,
    maxOpenChanges: 2,
    maxChangesPerHour: 20,
    maxLayerShare: 1,
    maxPredictedUtilizationRatio: 0.9,
    maxRemovedCapacityRatio: 1,
    maxFailureUtilizationRatio: 0,
    dwellMs: 60_000,
    reversalWindowMs: 600_000,
  },
  escalation: { undone: 3, periodMs: 864_000_000 },
  learning: LEARNING_DEFAULTS,
  freezeWindows: [],
  groups: {},
  rules: [{ name: ruleName('rule'), mode: 'auto' }],
} as unknown as Policy;

export const withLimits = (limits: Partial<Policy['limits']>): Policy => ({
  ...POLICY,
  limits: { ...POLICY.limits, ...limits },
});

/** A change that sets weights: by device, prefix and neighbour; 0 takes the next hop out. */
export function changeOf(network: Network, routes: Routes, part: Partial<Change> = {}): Change {
  const diffs = Object.entries(routes).map(([name, prefixes]): DeviceDiff => {
    const device = deviceId(name);
    const image = network.images.get(device);
    const leaves = Object.entries(prefixes).flatMap(([prefix, weights]) =>
      Object.entries(weights).map(([hop, weight]) => {
        const path = pathOf(prefix, hop);
        return { path, before: image?.get(path) ?? null, after: weight === 0 ? null : weight };
      }),
    );
    return { device, leaves };
  });
  const action = { type: 'reroute', routes: [] } as const;
  const baseHash = digest(
    diffs
      .map(({ device, leaves }) => {
        const held = leaves.map(({ path, before }) => ({ path, value: before }));
        return `${device}\n${leavesText(held)}`;
      })
      .join('\n'),
  );
  const { revision } = network.topology;
  const hash = digest(canonicalJson({ diffs, baseHash, topologyRevision: revision, action }));
  return {
    id: changeId('chg-1'),
    origin: 'rule',
    rule: ruleName('rule'),
    incident: null,
    intent: null,
    objectiveId: 'objective',
    action,
    mode: 'auto',
    state: 'scheduled',
    plan: {
      hash,
      baseHash,
      topologyRevision: revision,
      stages: [diffs.map((diff) => diff.device)],
      diffs,
      checks: [],
      touches: {
        links: Object.entries(routes).flatMap(([name, prefixes]) =>
          Object.values(prefixes).flatMap((weights) =>
            Object.keys(weights).map((hop) => `${name}:${hop}`),
          ),
        ),
        prefixes: Object.values(routes).flatMap((prefixes) => Object.keys(prefixes)),
      },
    },
    devices: Object.fromEntries(diffs.map((diff) => [diff.device, { progress: 'prepared' }])),
    leaseUntilMs: null,
    approvedBy: null,
    verdict: null,
    ...part,
  } as unknown as Change;
}

/** Fresh telemetry of every device, all links up but those that are named `device:port`. */
export function frameOf({ topology }: Network, down: readonly string[] = []): TelemetryFrame {
  const devices = [...topology.devices.keys()];
  const ports = [...topology.devices].flatMap(([device, { interfaces }]) =>
    [...interfaces.keys()].map((name) => ({ device, name })),
  );
  const keys = ports.map(({ device, name }) => `${device}:${name}`);
  return {
    sequence: 1,
    atMs: NOW.monoMs - 100,
    layout: {
      devices,
      channels: ports.map(({ device, name }) => ({
        device: devices.indexOf(device),
        interface: name,
        capacityBps: CAPACITY_BPS,
      })),
      channelIndex: new Map(keys.map((key, i) => [key, i])),
    },
    channels: {
      txBps: new Float64Array(keys.length).fill(10e9),
      ageMs: new Float64Array(keys.length).fill(100),
      operStatus: Uint8Array.from(keys, (key) => (down.includes(key) ? 0 : 1)),
    },
    devices: {
      synced: new Uint8Array(devices.length).fill(1),
      ageMs: new Float64Array(devices.length).fill(100),
    },
  } as unknown as TelemetryFrame;
}

export interface Situation {
  readonly policy?: Policy;
  readonly frame?: TelemetryFrame;
  readonly durable?: Partial<DurableState>;
  readonly observed?: Partial<typeof emptyObservedState>;
  /** Routes lie over those that the devices have by themselves. */
  readonly overlay?: boolean;
}

export function passOf(network: Network, situation: Situation = {}): Pass {
  const env = {
    topology: network.topology,
    policy: situation.policy ?? POLICY,
    profiles: new Map([['plain', { ...profile, overlay: situation.overlay === true }]]),
    strategies: {} as Strategies,
    digest,
  } as unknown as LoopEnv;
  const observed = {
    ...emptyObservedState,
    holdReason: '',
    frame: situation.frame ?? frameOf(network),
    images: network.images,
    ...situation.observed,
  };
  return new Pass(env, { durable: { ...emptyDurableState, ...situation.durable }, observed }, NOW);
}
