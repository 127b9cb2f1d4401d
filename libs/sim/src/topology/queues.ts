import type { QueueSetting } from '../network/settings';
import type { QueueSpec } from '../network/spec';

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
