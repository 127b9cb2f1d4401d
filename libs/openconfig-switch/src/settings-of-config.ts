import { parsedPath, type LeafMap, type LeafValue } from '@weir/gnmi';
import type {
  EcnSetting,
  NextHopSetting,
  QueueScheduling,
  QueueSetting,
  SwitchSettings,
} from '@weir/sim';

/** What a switch is like whatever its configuration says. */
export interface Platform {
  readonly sharedBufferBytes: number;
  /** Queues with PFC. OpenConfig has no leaves for it, so that it is set up like hardware. */
  lossless(port: string, queue: string): boolean;
}

type Fields = Map<string, LeafValue>;

/** Leaves of list entries, by the keys on their way, gathered in one walk of the configuration. */
interface Entries {
  /** prefix -> next-hop index -> fields */
  readonly hops: Map<string, Map<string, Fields>>;
  /** interface -> buffer profile */
  readonly bufferOf: Map<string, string>;
  /** interface -> queue -> queue-management profile, empty when none */
  readonly queuesOf: Map<string, Map<string, string>>;
  /** profile -> queue -> fields */
  readonly buffers: Map<string, Map<string, Fields>>;
  /** profile -> fields of wred/uniform */
  readonly marking: Map<string, Fields>;
  /** interface -> scheduler policy */
  readonly policyOf: Map<string, string>;
  /** policy -> sequence -> `strict` or not, and the weight of each queue by input id */
  readonly policies: Map<string, Map<string, Scheduler>>;
}

interface Scheduler {
  strict: boolean;
  readonly inputs: Map<string, Fields>;
}

/**
 * What the data plane makes of a configuration. Interfaces that have no buffer profile, or queues
 * that it does not name, fall back to the data plane's default.
 */
export function settingsOf(config: LeafMap, platform: Platform): SwitchSettings {
  const entries = gather(config);
  const routes = new Map<string, readonly NextHopSetting[]>();
  for (const [prefix, hops] of entries.hops) {
    const list: NextHopSetting[] = [];
    for (const fields of hops.values()) {
      const name = fields.get('interface');
      // A next hop that was only given an address is resolved by nothing here, so it is unused.
      if (typeof name !== 'string') continue;
      list.push({ interface: name, weight: Number(fields.get('wecmp-weight') ?? 1) });
    }
    routes.set(prefix, list);
  }
  const queues = new Map<string, ReadonlyMap<string, QueueSetting>>();
  const ports = new Set([
    ...entries.bufferOf.keys(),
    ...entries.queuesOf.keys(),
    ...entries.policyOf.keys(),
  ]);
  for (const port of ports) queues.set(port, queuesOfPort(entries, port, platform));
  return { routes, queues };
}

function queuesOfPort(
  entries: Entries,
  port: string,
  platform: Platform,
): ReadonlyMap<string, QueueSetting> {
  const buffers = entries.buffers.get(entries.bufferOf.get(port) ?? '');
  const bound = entries.queuesOf.get(port) ?? new Map<string, string>();
  const scheduling = schedulingOf(entries.policies.get(entries.policyOf.get(port) ?? ''));
  const settings = new Map<string, QueueSetting>();
  const names = [...(buffers?.keys() ?? []), ...bound.keys(), ...scheduling.keys()];
  for (const queue of new Set(names)) {
    const marking = entries.marking.get(bound.get(queue) ?? '');
    const scheduled = scheduling.get(queue);
    settings.set(queue, {
      ...bufferOf(buffers?.get(queue)),
      ecn: marking === undefined ? null : ecnOf(marking, platform.sharedBufferBytes),
      ...(platform.lossless(port, queue) ? { lossless: true } : {}),
      ...(scheduled === undefined ? {} : { scheduling: scheduled }),
    });
  }
  return settings;
}

/** Queues that a policy names; the others keep the scheduling of the platform. */
function schedulingOf(
  policy: ReadonlyMap<string, Scheduler> | undefined,
): ReadonlyMap<string, QueueScheduling> {
  const found = new Map<string, QueueScheduling>();
  for (const { strict, inputs } of policy?.values() ?? []) {
    for (const input of inputs.values()) {
      const queue = input.get('queue');
      if (typeof queue !== 'string') continue;
      const weight = strict ? 0 : Number(input.get('weight') ?? 1);
      found.set(queue, { strict, weight });
    }
  }
  return found;
}

function bufferOf(fields: Fields | undefined): Pick<QueueSetting, 'dedicatedBytes' | 'limit'> {
  if (fields === undefined)
    return { dedicatedBytes: 0, limit: { kind: 'dynamic', scalingFactor: 0 } };
  const dedicatedBytes = Number(fields.get('dedicated-buffer') ?? 0);
  if (fields.get('use-shared-buffer') === false) {
    return { dedicatedBytes, limit: { kind: 'static', bytes: 0 } };
  }
  if (fields.get('shared-buffer-limit-type') === 'STATIC') {
    const bytes = Number(fields.get('static-shared-buffer-limit') ?? 0);
    return { dedicatedBytes, limit: { kind: 'static', bytes } };
  }
  const scalingFactor = Number(fields.get('dynamic-limit-scaling-factor') ?? 0);
  return { dedicatedBytes, limit: { kind: 'dynamic', scalingFactor } };
}

/** Thresholds beyond 2^53 lose their last digits here: to a queue they are all "never". */
function ecnOf(fields: Fields, sharedBufferBytes: number): EcnSetting | null {
  if (fields.get('enable-ecn') !== true) return null;
  const threshold = (name: string): number | null => {
    const bytes = fields.get(name);
    if (bytes !== undefined) return Number(bytes);
    const percent = fields.get(`${name}-percent`);
    return percent === undefined ? null : (Number(percent) / 100) * sharedBufferBytes;
  };
  const minThresholdBytes = threshold('min-threshold');
  if (minThresholdBytes === null) return null;
  return {
    minThresholdBytes,
    maxThresholdBytes: threshold('max-threshold') ?? minThresholdBytes,
    maxProbability: Number(fields.get('max-drop-probability-percent') ?? 100) / 100,
  };
}

const STATIC = '/network-instances/network-instance/protocols/protocol/static-routes/static';
const QOS_PORT = '/qos/interfaces/interface/output';
const BUFFER = '/qos/buffer-allocation-profiles/buffer-allocation-profile';
const MARKING = '/qos/queue-management-profiles/queue-management-profile';
const SCHEDULER = '/qos/scheduler-policies/scheduler-policy/schedulers/scheduler';

function gather(config: LeafMap): Entries {
  const entries: Entries = {
    hops: new Map(),
    bufferOf: new Map(),
    queuesOf: new Map(),
    buffers: new Map(),
    marking: new Map(),
    policyOf: new Map(),
    policies: new Map(),
  };
  for (const [path, value] of config) {
    const { elems, schemaPath } = parsedPath(path);
    const leaf = elems.at(-1)?.name ?? '';
    if (schemaPath.startsWith(`${STATIC}/next-hops/`)) {
      const prefix = elems[5]?.key['prefix'] ?? '';
      const index = elems[7]?.key['index'] ?? '';
      within(within(entries.hops, prefix), index).set(leaf, value);
    } else if (schemaPath === `${QOS_PORT}/config/buffer-allocation-profile`) {
      entries.bufferOf.set(elems[2]?.key['interface-id'] ?? '', String(value));
    } else if (schemaPath.startsWith(`${QOS_PORT}/queues/queue/config/`)) {
      const bound = within(entries.queuesOf, elems[2]?.key['interface-id'] ?? '');
      const queue = elems[5]?.key['name'] ?? '';
      if (leaf === 'queue-management-profile') bound.set(queue, String(value));
      else if (!bound.has(queue)) bound.set(queue, '');
    } else if (schemaPath.startsWith(`${BUFFER}/queues/queue/`)) {
      const profile = within(entries.buffers, elems[2]?.key['name'] ?? '');
      within(profile, elems[4]?.key['name'] ?? '').set(leaf, value);
    } else if (schemaPath.startsWith(`${MARKING}/wred/uniform/config/`)) {
      within(entries.marking, elems[2]?.key['name'] ?? '').set(leaf, value);
    } else if (schemaPath === `${QOS_PORT}/scheduler-policy/config/name`) {
      entries.policyOf.set(elems[2]?.key['interface-id'] ?? '', String(value));
    } else if (schemaPath.startsWith(`${SCHEDULER}/`)) {
      const scheduler = schedulerOf(entries, elems[2]?.key['name'], elems[4]?.key['sequence']);
      if (schemaPath === `${SCHEDULER}/config/priority`) scheduler.strict = value === 'STRICT';
      else if (schemaPath.startsWith(`${SCHEDULER}/inputs/input/config/`))
        within(scheduler.inputs, elems[6]?.key['id'] ?? '').set(leaf, value);
    }
  }
  return entries;
}

function schedulerOf(entries: Entries, policy = '', sequence = ''): Scheduler {
  const schedulers = entries.policies.get(policy) ?? new Map<string, Scheduler>();
  entries.policies.set(policy, schedulers);
  const scheduler = schedulers.get(sequence) ?? { strict: false, inputs: new Map() };
  schedulers.set(sequence, scheduler);
  return scheduler;
}

/** The map under a key, made when it is not there. */
function within<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
