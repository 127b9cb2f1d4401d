import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import type { QueueSettings } from '@weir/core/ports';
import { editOwnProfile } from './own-profile';
import { readScheduling } from './scheduling';
import {
  bufferBinding,
  bufferProfile,
  bufferQueue,
  outputQueue,
  queueBinding,
  queueProfile,
  wredUniform,
} from './openconfig-paths';

const STATIC = 'STATIC';
const DYNAMIC = 'DYNAMIC_BASED_ON_SCALING_FACTOR';

export interface BufferSetting {
  readonly interface: string;
  readonly queue: string;
  readonly scalingFactor?: number | undefined;
  /** Static limit, what the queue owns included. */
  readonly limitBytes?: number | undefined;
}

export interface EcnSetting {
  readonly interface: string;
  readonly queue: string;
  readonly minThresholdBytes: number;
  readonly maxThresholdBytes: number;
  readonly maxProbabilityPercent: number;
}

/** What is configured for one egress queue; null when the device says nothing about it. */
export function readQueue(image: ConfigImage, iface: string, queue: string): QueueSettings | null {
  const profile = image.get(bufferBinding(iface));
  const buffer = profile === undefined ? null : bufferQueue(String(profile), queue);
  const leaf = (name: string): LeafValue | undefined =>
    buffer === null ? undefined : image.get(`${buffer}/${name}`);
  const scheduling = readScheduling(image, iface, queue);
  if (scheduling === null && !isKnown(image, iface, queue)) return null;
  const factor = leaf('dynamic-limit-scaling-factor');
  const dynamic = leaf('shared-buffer-limit-type') === DYNAMIC && factor !== undefined;
  const dedicatedBytes = Number(leaf('dedicated-buffer') ?? 0);
  return {
    scalingFactor: dynamic ? Number(factor) : null,
    dedicatedBytes,
    limitBytes: staticLimit(leaf, dedicatedBytes),
    ecn: readEcn(image, iface, queue),
    scheduling,
  };
}

/** Whether the device says anything about the queue's buffer or marking on the interface. */
export function isKnown(image: ConfigImage, iface: string, queue: string): boolean {
  if (image.has(`${outputQueue(iface, queue)}/config/name`)) return true;
  const profile = image.get(bufferBinding(iface));
  return profile !== undefined && image.has(`${bufferQueue(String(profile), queue)}/name`);
}

/** What the queue owns and its fixed part of the shared buffer; null when the part is not fixed. */
function staticLimit(
  leaf: (name: string) => LeafValue | undefined,
  dedicatedBytes: number,
): number | null {
  if (String(leaf('use-shared-buffer')) === 'false')
    return leaf('dedicated-buffer') === undefined ? null : dedicatedBytes;
  const shared = leaf('static-shared-buffer-limit');
  if (leaf('shared-buffer-limit-type') !== STATIC || shared === undefined) return null;
  return dedicatedBytes + Number(shared);
}

function readEcn(image: ConfigImage, iface: string, queue: string): QueueSettings['ecn'] {
  const profile = image.get(queueBinding(iface, queue));
  if (profile === undefined) return null;
  const leaf = (name: string) => image.get(`${wredUniform(String(profile))}/${name}`);
  const [min, max] = [leaf('min-threshold'), leaf('max-threshold')];
  if (min === undefined || max === undefined) return null;
  return {
    enabled: String(leaf('enable-ecn') ?? false) === 'true',
    minThresholdBytes: Number(min),
    maxThresholdBytes: Number(max),
    maxProbabilityPercent: Number(leaf('max-drop-probability-percent') ?? 100),
  };
}

/** New dynamic-threshold exponent, or new static limit, of one queue of one interface. */
export function renderBuffer(
  image: ConfigImage,
  setting: BufferSetting,
): Result<readonly LeafDiff[]> {
  const binding = bufferBinding(setting.interface);
  const profile = image.get(binding);
  if (profile === undefined)
    return refuse('capability-missing', binding, 'The interface has no buffer-allocation profile.');
  const queue = bufferQueue(String(profile), setting.queue);
  const change =
    setting.limitBytes === undefined
      ? scaled(image, queue, setting)
      : limited(image, queue, setting.limitBytes);
  if (!change.ok) return change;
  const builder = editOwnProfile(
    image,
    {
      entry: bufferProfile,
      isBinding: (path) => path.endsWith('buffer-allocation-profile'),
      binding,
      ownName: `weir-${setting.interface}`,
    },
    (leaves) => {
      const name = String(leaves.get('config/name'));
      const rest = bufferQueue(name, setting.queue).slice(bufferProfile(name).length + 1);
      leaves.set(`${rest}/${change.value.leaf}`, change.value.value);
    },
  );
  return ok(builder.diffs);
}

interface BufferLeaf {
  readonly leaf: string;
  readonly value: LeafValue;
}

function scaled(
  image: ConfigImage,
  queue: string,
  { queue: name, scalingFactor }: BufferSetting,
): Result<BufferLeaf> {
  if (image.get(`${queue}/shared-buffer-limit-type`) !== DYNAMIC)
    return refuse(
      'capability-missing',
      queue,
      `Queue ${name} has no dynamic share of the buffer that could be changed.`,
    );
  if (scalingFactor === undefined || !Number.isInteger(scalingFactor))
    return refuse('schema-invalid', queue, 'The scaling factor must be a whole number.');
  return ok({ leaf: 'dynamic-limit-scaling-factor', value: scalingFactor });
}

/** What the queue owns stays as it is; its fixed part of the shared buffer makes up the rest. */
function limited(image: ConfigImage, queue: string, limitBytes: number): Result<BufferLeaf> {
  const leaf = (name: string): LeafValue | undefined => image.get(`${queue}/${name}`);
  const dedicatedBytes = Number(leaf('dedicated-buffer') ?? 0);
  if (staticLimit(leaf, dedicatedBytes) === null)
    return refuse('capability-missing', queue, 'The queue has no static limit to be changed.');
  if (!Number.isSafeInteger(limitBytes) || limitBytes < 1)
    return refuse('schema-invalid', queue, `A limit of ${limitBytes} bytes is not usable.`);
  if (String(leaf('use-shared-buffer')) === 'false')
    return ok({ leaf: 'dedicated-buffer', value: String(limitBytes) });
  if (limitBytes <= dedicatedBytes)
    return refuse('schema-invalid', queue, `The queue owns ${dedicatedBytes} bytes already.`);
  return ok({ leaf: 'static-shared-buffer-limit', value: limitBytes - dedicatedBytes });
}

/** New marking thresholds of one queue of one interface; makes a profile where there is none. */
export function renderEcn(image: ConfigImage, setting: EcnSetting): Result<readonly LeafDiff[]> {
  const { minThresholdBytes: min, maxThresholdBytes: max } = setting;
  const queue = outputQueue(setting.interface, setting.queue);
  if (!isKnown(image, setting.interface, setting.queue))
    return refuse('capability-missing', queue, 'The device has no such queue on the interface.');
  const percent = setting.maxProbabilityPercent;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0 || min > max)
    return refuse('schema-invalid', queue, `Thresholds ${min} and ${max} are not usable.`);
  if (!Number.isInteger(percent) || percent < 0 || percent > 100)
    return refuse('schema-invalid', queue, `Probability ${percent} % is not within 0 to 100.`);

  const builder = editOwnProfile(
    image,
    {
      entry: queueProfile,
      isBinding: (path) => path.endsWith('/queue-management-profile'),
      binding: queueBinding(setting.interface, setting.queue),
      ownName: `weir-${setting.interface}-${setting.queue}`,
    },
    (leaves) => setMarking(leaves, min, max, percent),
  );
  const nameLeaf = `${queue}/config/name`;
  if (image.get(nameLeaf) !== undefined) return ok(builder.diffs);
  // The entry of the queue must exist before a profile can be bound to it.
  const diffs = [...builder.diffs];
  const binding = diffs.pop();
  const name = { path: nameLeaf, before: null, after: setting.queue };
  return ok(binding === undefined ? [name] : [...diffs, name, binding]);
}

/** Absolute thresholds exclude those in percent, and WRED excludes plain RED. */
function setMarking(
  leaves: Map<string, LeafValue>,
  min: number,
  max: number,
  percent: number,
): void {
  for (const rest of [...leaves.keys()])
    if (rest.startsWith('red/') || /^wred\/.*-threshold-percent$/.test(rest)) leaves.delete(rest);
  const uniform = 'wred/uniform/config';
  leaves.set(`${uniform}/min-threshold`, String(min));
  leaves.set(`${uniform}/max-threshold`, String(max));
  leaves.set(`${uniform}/enable-ecn`, true);
  if (!leaves.has(`${uniform}/drop`)) leaves.set(`${uniform}/drop`, false);
  leaves.set(`${uniform}/max-drop-probability-percent`, percent);
}
