import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafValue } from '@weir/core/model';
import { checkLeaf, parsedPath, schemaNode } from '@weir/gnmi';
import {
  bufferProfile,
  QOS_INTERFACES,
  QUEUE_PROFILES,
  queueProfile,
  SCHEDULER_POLICIES,
  schedulerPolicy,
} from './openconfig-paths';

const EXCLUSIVE = ['min-threshold', 'max-threshold'] as const;
const MAX_REMEMBERED = 262_144;

/**
 * Leaves found good before: a plan changes a few of the thousands of leaves of an image, and the
 * same paths come back on every device. Bounded; when full it starts anew.
 */
const good = new Map<string, LeafValue>();

/**
 * Types, ranges, list keys, references and threshold order; the first violation is reported.
 * Leaves outside of the subset that Weir knows are left to the device.
 */
export function checkSchema(image: ConfigImage): Result<void> {
  for (const [path, value] of image) {
    const reason = leafViolation(path, value) ?? relationViolation(image, path, value);
    if (reason !== null) return refuse('schema-invalid', path, `The leaf ${reason}.`);
  }
  return ok(undefined);
}

function leafViolation(path: string, value: LeafValue): string | null {
  if (good.get(path) === value) return null;
  const node = schemaNode(parsedPath(path).schemaPath);
  if (node?.kind === 'leaf' && node.config) {
    const violation = checkLeaf(path, value);
    if (violation !== null) return `is not valid: ${violation.message}`;
  }
  if (good.size >= MAX_REMEMBERED) good.clear();
  good.set(path, value);
  return null;
}

/** What a leaf demands of other leaves. */
function relationViolation(image: ConfigImage, path: string, value: LeafValue): string | null {
  if (path.startsWith(QOS_INTERFACES)) return danglingReference(image, path, String(value));
  if (path.startsWith(QUEUE_PROFILES)) return thresholdViolation(image, path, value);
  if (path.startsWith(SCHEDULER_POLICIES)) return inputViolation(image, path, value);
  // A next hop is more than its weight: the entry must be whole or gone.
  if (!path.endsWith(WEIGHT)) return null;
  const address = `${path.slice(0, -WEIGHT.length)}/config/next-hop`;
  return image.has(address) ? null : 'is the weight of a next hop without an address';
}

const WEIGHT = '/config/wecmp-weight';

function danglingReference(image: ConfigImage, path: string, name: string): string | null {
  const entry = path.endsWith('/config/queue-management-profile')
    ? queueProfile(name)
    : path.endsWith('buffer-allocation-profile')
      ? bufferProfile(name)
      : path.endsWith('/output/scheduler-policy/config/name')
        ? schedulerPolicy(name)
        : null;
  if (entry === null || image.has(`${entry}/config/name`)) return null;
  return `refers to a profile that is not configured: ${name}`;
}

/** A weight that serves nothing, and an input that says it is a queue and not which. */
function inputViolation(image: ConfigImage, path: string, value: LeafValue): string | null {
  if (!path.includes('/inputs/')) return null;
  const input = path.slice(0, path.lastIndexOf('/'));
  if (path.endsWith('/config/input-type') && value === 'QUEUE' && !image.has(`${input}/queue`))
    return 'says that the input is a queue, and none is named';
  if (!path.endsWith('/config/weight')) return null;
  if (!image.has(`${input}/id`)) return 'is the weight of an input that is not there';
  if (String(value) !== '0' || isStrict(image, path)) return null;
  return 'is 0, so that its queue would never be served';
}

function isStrict(image: ConfigImage, path: string): boolean {
  const scheduler = path.slice(0, path.indexOf('/inputs/'));
  return image.get(`${scheduler}/config/priority`) === 'STRICT';
}

/** Minimum at most maximum, as BigInt; thresholds in bytes exclude those in percent. */
function thresholdViolation(image: ConfigImage, path: string, value: LeafValue): string | null {
  const slash = path.lastIndexOf('/') + 1;
  const leaf = path.slice(slash);
  const sibling = (name: string) => image.get(path.slice(0, slash) + name);
  if (leaf === 'min-threshold' || leaf === 'min-threshold-percent') {
    const most = sibling(leaf.replace('min', 'max'));
    if (most !== undefined && BigInt(value) > BigInt(most)) return `is above the maximum ${most}`;
  }
  for (const name of EXCLUSIVE)
    if (leaf === name && sibling(`${name}-percent`) !== undefined)
      return 'and the same in percent exclude each other';
  return null;
}
