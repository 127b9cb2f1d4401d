import type { RecordBody } from '@weir/core/model';

/** What a record is called at a crash point: the state that a change enters, or the step of it. */
export function recordLabel(body: RecordBody): string {
  switch (body.kind) {
    case 'change-transition':
      return body.to;
    case 'device-operation':
      return `operation-${body.verb}`;
    case 'device-outcome':
      return `outcome-${body.verb}`;
    default:
      return body.kind;
  }
}

const STEPS = [
  'change-proposed',
  'validated',
  'scheduled',
  'applying',
  'operation-snapshot',
  'device-prepared',
  'operation-commit',
  'outcome-commit',
  'applied',
  'verifying',
  'verdict',
  'confirming',
  'operation-confirm',
  'outcome-confirm',
  'confirmed',
  'rolling-back',
  'operation-revert',
  'outcome-revert',
  'rolled-back',
] as const;

const CALLS = ['set', 'confirm', 'cancel', 'inverse'] as const;

/**
 * Every labelled point of the change path: `before:` and `after:` the records are durable (after,
 * but before any effect leaves), and around each call to a device.
 */
export const CRASH_POINTS: readonly string[] = [
  ...STEPS.flatMap((step) => [`before:${step}`, `after:${step}`]),
  ...CALLS.flatMap((call) => [`southbound:before-${call}`, `southbound:after-${call}`]),
];
