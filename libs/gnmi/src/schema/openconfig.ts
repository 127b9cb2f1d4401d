import {
  BOOLEAN,
  DECIMAL,
  INT32,
  leafList,
  names,
  PERCENTAGE,
  PERCENTAGE64,
  STRING,
  UINT16,
  UINT32,
  UINT64,
  UINT8,
  union,
  type LeafType,
} from './leaf-type';

/**
 * The part of OpenConfig that Weir reads and writes, as data: which lists there are and what
 * their keys are, which leaves a container has and of what type. Taken from openconfig/public
 * (qos 2.2, interfaces 3.8, network-instance 4.7, local-routing 4.1, aft 3.4, lldp 1.1, system,
 * platform).
 *
 * In a row, `config` leaves stand below `<at>/config` and, mirrored, below `<at>/state`; `state`
 * leaves below `<at>/state` only.
 */
export interface SchemaRow {
  readonly at: string;
  /** Key leaves, when `at` is a list. */
  readonly keys?: readonly string[];
  readonly config?: Readonly<Record<string, LeafType>>;
  readonly state?: Readonly<Record<string, LeafType>>;
}

const UP_DOWN = names(
  'UP',
  'DOWN',
  'TESTING',
  'UNKNOWN',
  'DORMANT',
  'NOT_PRESENT',
  'LOWER_LAYER_DOWN',
);
const PREFIX: LeafType = { kind: 'string', pattern: /^[0-9a-fA-F:.]+\/\d{1,3}$/ };
const ADDRESS: LeafType = {
  kind: 'string',
  pattern: /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/,
};
const PORT_SPEED = names(
  ...['10MB', '100MB', '1GB', '2500MB', '5GB', '10GB', '25GB', '40GB', '50GB', '100GB', '200GB']
    .concat('400GB', '600GB', '800GB', '1600GB', 'UNKNOWN')
    .map((speed) => `SPEED_${speed}`),
);

const uint64s = (...leaves: string[]): Record<string, LeafType> =>
  Object.fromEntries(leaves.map((leaf) => [leaf, UINT64]));

const IF = '/interfaces/interface';
const QOS = '/qos';
const QIF = `${QOS}/interfaces/interface`;
const QMP = `${QOS}/queue-management-profiles/queue-management-profile`;
const BAP = `${QOS}/buffer-allocation-profiles/buffer-allocation-profile`;
const SCHED = `${QOS}/scheduler-policies/scheduler-policy`;
const CLASSIFIER = `${QOS}/classifiers/classifier`;
const NI = '/network-instances/network-instance';
const PROTOCOL = `${NI}/protocols/protocol`;
const STATIC = `${PROTOCOL}/static-routes/static`;
const AFTS = `${NI}/afts`;

const INTERFACES: readonly SchemaRow[] = [
  {
    at: IF,
    keys: ['name'],
    config: {
      name: STRING,
      type: STRING,
      enabled: BOOLEAN,
      mtu: UINT16,
      description: STRING,
      'loopback-mode': STRING,
    },
    state: {
      'admin-status': UP_DOWN,
      'oper-status': UP_DOWN,
      ifindex: UINT32,
      'last-change': UINT64,
      ...Object.fromEntries(
        [
          ...['in', 'out'].flatMap((way) =>
            [
              'octets',
              'pkts',
              'unicast-pkts',
              'multicast-pkts',
              'broadcast-pkts',
              'discards',
              'errors',
            ].map((counter) => `${way}-${counter}`),
          ),
          ...['in-fcs-errors', 'interface-transitions', 'link-transitions', 'carrier-transitions'],
          'last-clear',
        ].map((counter) => [`counters/${counter}`, UINT64]),
      ),
    },
  },
  {
    at: `${IF}/ethernet`,
    config: {
      'port-speed': PORT_SPEED,
      'enable-flow-control': BOOLEAN,
      'mac-address': STRING,
      'auto-negotiate': BOOLEAN,
      'aggregate-id': STRING,
    },
    state: {
      'negotiated-port-speed': PORT_SPEED,
      ...uint64s(
        'counters/in-mac-pause-frames',
        'counters/out-mac-pause-frames',
        'counters/in-crc-errors',
      ),
    },
  },
  {
    at: `${IF}/rates`,
    config: { 'load-interval': UINT16 },
    state: uint64s('in-bits-rate', 'out-bits-rate', 'in-pkts-rate', 'out-pkts-rate'),
  },
  {
    at: `${IF}/aggregation`,
    config: { 'lag-type': names('LACP', 'STATIC'), 'min-links': UINT16 },
    state: { member: leafList(STRING), 'lag-speed': UINT32 },
  },
];

const BUFFER_BINDING = {
  'buffer-allocation-profile': STRING,
  'unicast-buffer-allocation-profile': STRING,
  'multicast-buffer-allocation-profile': STRING,
};
const QUEUE_STATE: Record<string, LeafType> = uint64s(
  ...['max-queue-len', 'avg-queue-len', 'transmit-pkts', 'transmit-octets', 'dropped-pkts'],
  ...['dropped-octets', 'ecn-marked-pkts', 'ecn-marked-octets', 'ecn-selected-pkts'],
  ...['ecn-selected-octets', 'dropped-trim-pkts', 'trim-pkts', 'out-trim-pkts'],
);
const RED = {
  ...uint64s('min-threshold', 'max-threshold'),
  'min-threshold-percent': PERCENTAGE64,
  'max-threshold-percent': PERCENTAGE64,
  'enable-ecn': BOOLEAN,
  drop: BOOLEAN,
};
const RATE = {
  ...uint64s('cir', 'pir'),
  'cir-pct': PERCENTAGE,
  'pir-pct': PERCENTAGE,
  bc: UINT32,
  be: UINT32,
  'queuing-behavior': names('SHAPE', 'POLICE'),
  'max-queue-depth-bytes': UINT32,
  'max-queue-depth-packets': UINT32,
  'max-queue-depth-percent': PERCENTAGE,
};

const DSCP: LeafType = { kind: 'integer', bits: 8, signed: false, min: 0n, max: 63n };
/** `10..20`: how several devices take a run of code points within a set. */
const DSCP_RANGE: LeafType = { kind: 'string', pattern: /^\d{1,2}\.\.\d{1,2}$/ };

const QUEUES: readonly SchemaRow[] = [
  { at: QIF, keys: ['interface-id'], config: { 'interface-id': STRING } },
  { at: `${QIF}/interface-ref`, config: { interface: STRING, subinterface: UINT32 } },
  { at: `${QIF}/input`, config: BUFFER_BINDING },
  {
    at: `${QIF}/input/classifiers/classifier`,
    keys: ['type'],
    config: { type: names('IPV4', 'IPV6', 'MPLS'), name: STRING },
  },
  { at: `${QIF}/output`, config: BUFFER_BINDING },
  { at: `${QIF}/output/scheduler-policy`, config: { name: STRING } },
  {
    at: `${QIF}/output/queues/queue`,
    keys: ['name'],
    config: { name: STRING, 'queue-management-profile': STRING },
    state: QUEUE_STATE,
  },
  {
    at: `${QIF}/input/virtual-output-queues/voq-interface`,
    keys: ['name'],
    config: { name: STRING },
  },
  {
    at: `${QIF}/input/virtual-output-queues/voq-interface/queues/queue`,
    keys: ['name'],
    config: { name: STRING, 'queue-management-profile': STRING },
    state: QUEUE_STATE,
  },
  { at: `${QOS}/queues/queue`, keys: ['name'], config: { name: STRING, 'queue-id': UINT8 } },
  { at: QMP, keys: ['name'], config: { name: STRING } },
  { at: `${QMP}/red/uniform`, config: RED },
  {
    at: `${QMP}/wred/uniform`,
    config: { ...RED, weight: UINT32, 'max-drop-probability-percent': PERCENTAGE },
  },
  { at: `${QMP}/packet-trim`, config: { 'symmetric-dscp': UINT8, 'fabric-priority': UINT8 } },
  { at: BAP, keys: ['name'], config: { name: STRING } },
  {
    at: `${BAP}/queues/queue`,
    keys: ['name'],
    config: {
      name: STRING,
      ...uint64s('dedicated-buffer', 'dedicated-buffer-temporal'),
      'use-shared-buffer': BOOLEAN,
      'shared-buffer-limit-type': names('STATIC', 'DYNAMIC_BASED_ON_SCALING_FACTOR'),
      'static-shared-buffer-limit': UINT32,
      'static-shared-buffer-limit-temporal': UINT32,
      'dynamic-limit-scaling-factor': INT32,
      'trim-enable': BOOLEAN,
    },
  },
  { at: SCHED, keys: ['name'], config: { name: STRING } },
  {
    at: `${SCHED}/schedulers/scheduler`,
    keys: ['sequence'],
    config: { sequence: UINT32, type: STRING, priority: names('STRICT') },
  },
  {
    at: `${SCHED}/schedulers/scheduler/inputs/input`,
    keys: ['id'],
    config: {
      id: STRING,
      'input-type': names('QUEUE', 'IN_PROFILE', 'OUT_PROFILE'),
      queue: STRING,
      weight: UINT64,
    },
  },
  {
    at: `${SCHED}/schedulers/scheduler/output`,
    config: {
      'output-type': names('SCHEDULER', 'FWD_GROUP', 'INTERFACE'),
      'child-scheduler': STRING,
      'output-fwd-group': STRING,
    },
  },
  { at: `${SCHED}/schedulers/scheduler/one-rate-two-color`, config: RATE },
  { at: `${SCHED}/schedulers/scheduler/two-rate-three-color`, config: RATE },
  {
    at: `${QOS}/forwarding-groups/forwarding-group`,
    keys: ['name'],
    config: { name: STRING, 'output-queue': STRING },
  },
  {
    at: CLASSIFIER,
    keys: ['name'],
    config: { name: STRING, type: names('IPV4', 'IPV6', 'MPLS', 'ETHERNET') },
  },
  { at: `${CLASSIFIER}/terms/term`, keys: ['id'], config: { id: STRING } },
  ...['ipv4', 'ipv6'].map((family) => ({
    at: `${CLASSIFIER}/terms/term/conditions/${family}`,
    config: { dscp: DSCP, 'dscp-set': leafList(union(DSCP, DSCP_RANGE)) },
  })),
  { at: `${CLASSIFIER}/terms/term/actions`, config: { 'target-group': STRING } },
  { at: `${CLASSIFIER}/terms/term/actions/remark`, config: { 'set-dscp': DSCP } },
];

const ENTRY_STATE: Record<string, LeafType> = {
  prefix: PREFIX,
  'next-hop-group': UINT64,
  'origin-protocol': STRING,
  'entry-metadata': STRING,
  ...uint64s('counters/packets-forwarded', 'counters/octets-forwarded'),
};

const ROUTING: readonly SchemaRow[] = [
  {
    at: NI,
    keys: ['name'],
    config: { name: STRING, type: STRING, enabled: BOOLEAN, description: STRING },
  },
  {
    at: PROTOCOL,
    keys: ['identifier', 'name'],
    config: {
      identifier: names('STATIC', 'BGP', 'ISIS', 'OSPF', 'DIRECTLY_CONNECTED'),
      name: STRING,
      enabled: BOOLEAN,
    },
  },
  {
    at: STATIC,
    keys: ['prefix'],
    config: { prefix: PREFIX, description: STRING, 'set-tag': STRING },
  },
  {
    at: `${STATIC}/next-hops/next-hop`,
    keys: ['index'],
    config: {
      index: STRING,
      'next-hop': union(ADDRESS, names('DROP', 'LOCAL_LINK')),
      preference: UINT32,
      metric: UINT32,
      recurse: BOOLEAN,
      'wecmp-weight': UINT64,
    },
  },
  {
    at: `${STATIC}/next-hops/next-hop/interface-ref`,
    config: { interface: STRING, subinterface: UINT32 },
  },
  { at: `${AFTS}/ipv4-unicast/ipv4-entry`, keys: ['prefix'], state: ENTRY_STATE },
  { at: `${AFTS}/ipv6-unicast/ipv6-entry`, keys: ['prefix'], state: ENTRY_STATE },
  {
    at: `${AFTS}/next-hop-groups/next-hop-group`,
    keys: ['id'],
    state: {
      ...uint64s('id', 'programmed-id', 'backup-next-hop-group', 'color'),
      'backup-active': BOOLEAN,
    },
  },
  {
    at: `${AFTS}/next-hop-groups/next-hop-group/next-hops/next-hop`,
    keys: ['index'],
    state: uint64s('index', 'weight'),
  },
  {
    at: `${AFTS}/next-hops/next-hop`,
    keys: ['index'],
    state: {
      ...uint64s(
        'index',
        'programmed-index',
        'counters/packets-forwarded',
        'counters/octets-forwarded',
      ),
      'ip-address': ADDRESS,
      'mac-address': STRING,
      'origin-protocol': STRING,
    },
  },
  {
    at: `${AFTS}/next-hops/next-hop/interface-ref`,
    state: { interface: STRING, subinterface: UINT32 },
  },
];

const PLATFORM: readonly SchemaRow[] = [
  {
    at: '/system',
    config: {
      hostname: STRING,
      'domain-name': STRING,
      'login-banner': STRING,
      'motd-banner': STRING,
    },
    state: {
      'current-datetime': STRING,
      'software-version': STRING,
      ...uint64s('boot-time', 'up-time', 'last-configuration-timestamp'),
    },
  },
  { at: '/lldp/interfaces/interface', keys: ['name'], config: { name: STRING, enabled: BOOLEAN } },
  {
    at: '/lldp/interfaces/interface/neighbors/neighbor',
    keys: ['id'],
    state: {
      ...Object.fromEntries(
        [
          'id',
          'system-name',
          'system-description',
          'chassis-id',
          'port-id',
          'port-description',
        ].map((leaf) => [leaf, STRING]),
      ),
      'chassis-id-type': STRING,
      'port-id-type': STRING,
      ttl: UINT16,
      ...uint64s('age', 'last-update'),
    },
  },
  {
    at: '/components/component',
    keys: ['name'],
    config: { name: STRING },
    state: {
      type: STRING,
      'serial-no': STRING,
      'software-version': STRING,
      'oper-status': names('ACTIVE', 'INACTIVE', 'DISABLED'),
      'temperature/instant': DECIMAL,
    },
  },
  {
    at: '/components/component/integrated-circuit/utilization/resources/resource',
    keys: ['name'],
    config: { name: STRING, 'used-threshold-upper': PERCENTAGE },
    state: uint64s('used', 'committed', 'max-limit', 'free'),
  },
];

export const OPENCONFIG: readonly SchemaRow[] = [...INTERFACES, ...QUEUES, ...ROUTING, ...PLATFORM];

/** YANG module of a subtree; RFC 7951 names the module where it changes. */
export const MODULES: Readonly<Record<string, string>> = {
  '/interfaces': 'openconfig-interfaces',
  [`${IF}/ethernet`]: 'openconfig-if-ethernet',
  [`${IF}/rates`]: 'openconfig-if-rates',
  [`${IF}/aggregation`]: 'openconfig-if-aggregate',
  '/qos': 'openconfig-qos',
  '/network-instances': 'openconfig-network-instance',
  '/system': 'openconfig-system',
  '/lldp': 'openconfig-lldp',
  '/components': 'openconfig-platform',
};
