import type { FabricSpec, QueueSpec } from './spec';
import type { QueueSetting } from './settings';

export interface LeafSpineOptions {
  readonly name: string;
  readonly leaves: number;
  readonly spines: number;
  readonly hostPortsPerLeaf: number;
  readonly linkCapacityBps: number;
  readonly hostCapacityBps: number;
  readonly sharedBufferBytes: number;
  readonly propagationUs: number;
  readonly weightGridEntries: number;
  /** Device group of leaf n (from 1); spines are group `spines`. */
  readonly groupOfLeaf: (leaf: number) => string;
}

/** Three queues as most fabrics have them: strict real time, training, everything else. */
export const DEFAULT_QUEUES: readonly QueueSpec[] = [
  { name: 'rt', strict: true, weight: 0, classes: ['real-time-inference'] },
  { name: 'train', strict: false, weight: 60, classes: ['training'] },
  {
    name: 'be',
    strict: false,
    weight: 40,
    classes: ['interactive', 'storage', 'batch', 'management', 'best-effort'],
  },
];

/** Out of the box: real time may take as much as is free, training eight times that, no marking. */
export const DEFAULT_QUEUE_SETTINGS: Readonly<Record<string, QueueSetting>> = {
  rt: { dedicatedBytes: 0, limit: { kind: 'dynamic', scalingFactor: 0 }, ecn: null },
  train: { dedicatedBytes: 0, limit: { kind: 'dynamic', scalingFactor: 3 }, ecn: null },
  be: { dedicatedBytes: 0, limit: { kind: 'dynamic', scalingFactor: 0 }, ecn: null },
};

export const DEFAULT_LEAF_SPINE: LeafSpineOptions = {
  name: 'fabric',
  leaves: 16,
  spines: 4,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 25e9,
  hostCapacityBps: 25e9,
  sharedBufferBytes: 32e6,
  propagationUs: 2,
  weightGridEntries: 64,
  groupOfLeaf: (leaf) => `pod${Math.ceil(leaf / 4)}`,
};

/**
 * Two-layer Clos: every leaf to every spine once. Uplinks are eth1..ethS, host ports eth(S+1)...;
 * spine ports are numbered by leaf. One endpoint `h<leaf>-<k>` with a /24 per host port.
 */
export function leafSpine(options: Partial<LeafSpineOptions> = {}): FabricSpec {
  const o = { ...DEFAULT_LEAF_SPINE, ...options };
  const leaves = Array.from({ length: o.leaves }, (_, index) => index + 1);
  const spines = Array.from({ length: o.spines }, (_, index) => index + 1);
  const hosts = Array.from({ length: o.hostPortsPerLeaf }, (_, index) => index + 1);
  const shared = {
    sharedBufferBytes: o.sharedBufferBytes,
    weightGridEntries: o.weightGridEntries,
  };
  return {
    name: o.name,
    switches: [
      ...leaves.map((leaf) => ({
        name: `leaf${leaf}`,
        role: 'leaf' as const,
        group: o.groupOfLeaf(leaf),
        ...shared,
      })),
      ...spines.map((spine) => ({
        name: `spine${spine}`,
        role: 'spine' as const,
        group: 'spines',
        ...shared,
      })),
    ],
    links: leaves.flatMap((leaf) =>
      spines.map((spine) => ({
        a: `leaf${leaf}:eth${spine}`,
        b: `spine${spine}:eth${leaf}`,
        capacityBps: o.linkCapacityBps,
        propagationUs: o.propagationUs,
      })),
    ),
    endpoints: leaves.flatMap((leaf) =>
      hosts.map((host) => ({
        name: `h${leaf}-${host}`,
        attachedTo: `leaf${leaf}:eth${o.spines + host}`,
        prefix: `10.${leaf}.${host}.0/24`,
        capacityBps: o.hostCapacityBps,
        labels: { leaf: `leaf${leaf}` },
      })),
    ),
    queues: DEFAULT_QUEUES,
  };
}
