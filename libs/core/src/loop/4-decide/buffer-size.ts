import type { ActionSpec, BufferAction } from '../../model';
import type { QueueSettings } from '../../ports';
import type { Evidence, QueueEvidence } from '../evidence';
import { profileOf } from '../network';
import type { Pass } from '../pass';
import { burstOf, congestedAt, inputsOf, type Burst } from './burst';
import { splitQueue } from './queue-key';

export type BufferSpec = Extract<ActionSpec, { type: 'buffer' }>;

/** A queue that is to have more room, and why so much. */
export interface Raise {
  readonly setting: BufferAction['settings'][number];
  /** New limit over the present one. */
  readonly growth: number;
  readonly method: 'closed-form' | 'sizing-rule' | 'step';
  readonly note: string;
}

interface Place {
  readonly queue: QueueEvidence;
  readonly fanIn: number;
  /** Keys of all queues that are found full. */
  readonly full: ReadonlySet<string>;
}

/** What a queue is to be made to hold; null where nothing is known. */
interface Wanted extends Burst {
  readonly method: 'closed-form' | 'sizing-rule';
}

/** More room for a queue, as dynamic share or static limit, whichever it has; null: no more. */
export function raised(
  pass: Pass,
  spec: BufferSpec,
  evidence: Evidence,
  place: Place,
): Raise | null {
  const at = splitQueue(place.queue.key);
  const image = pass.observed.images.get(at.device);
  const present =
    image === undefined ? null : profileOf(pass, at.device)?.queue(image, at.interface, at.queue);
  const device = pass.env.topology.devices.get(at.device);
  const rateBps = device?.interfaces.get(at.interface)?.capacityBps;
  if (present === null || present === undefined || device === undefined || rateBps === undefined)
    return null;
  const port: Port = { rateBps, sharedBytes: device.sharedBufferBytes };
  const wanted = wantedOf(pass, spec, evidence, place, rateBps);
  const found =
    present.scalingFactor === null
      ? staticLimit(pass, spec, place, present, port, wanted)
      : dynamicShare(pass, spec, place, present.scalingFactor, port, wanted);
  if (found === null) return null;
  const { device: id, interface: iface, queue } = at;
  return { ...found, setting: { device: id, interface: iface, queue, ...found.setting } };
}

interface Port {
  readonly rateBps: number;
  readonly sharedBytes: number;
}

type Found = Omit<Raise, 'setting'> & {
  readonly setting: { readonly scalingFactor: number } | { readonly limitBytes: number };
};

function wantedOf(
  pass: Pass,
  spec: BufferSpec,
  evidence: Evidence,
  { queue, fanIn }: Place,
  rateBps: number,
): Wanted | null {
  const rule = spec.sizing ?? 'burst';
  if (rule === 'burst') {
    const burst = burstOf(pass, queue, fanIn);
    return burst === null ? null : { ...burst, method: 'closed-form' };
  }
  const inputs = inputsOf(spec, evidence, rateBps, fanIn);
  const bytes = pass.env.strategies.sizeBuffer(rule, inputs);
  const { rttUs, workers, flows } = inputs;
  const how = `rule ${rule} at ${rateBps / 1e9} Gb/s and ${rttUs} us (${workers} workers, ${flows} flows)`;
  return Number.isNaN(bytes) ? null : { bytes, how, method: 'sizing-rule' };
}

/**
 * The smallest share that holds what is wanted, the policy's step more than now at the least; that
 * step where the burst or the buffer is not known. A rule that is met already asks for nothing.
 */
function dynamicShare(
  pass: Pass,
  spec: BufferSpec,
  { queue, full }: Place,
  present: number,
  { sharedBytes }: Port,
  wanted: Wanted | null,
): Found | null {
  const { device, queue: name } = splitQueue(queue.key);
  if (wanted === null || !(sharedBytes > 0)) {
    const scalingFactor = Math.min(present + spec.stepExponent, spec.maxScalingFactor);
    if (scalingFactor <= present) return null;
    const note = `${queue.key}: what it has to hold is not known; one step of its share`;
    return {
      setting: { scalingFactor },
      growth: 2 ** (scalingFactor - present),
      method: 'step',
      note,
    };
  }
  const { all, ofClass } = congestedAt(pass, device, name, full);
  const share = (leastExponent: number) =>
    pass.env.strategies.bufferShare({
      bufferBytes: sharedBytes,
      congested: all,
      ofClass,
      burstBytes: wanted.bytes,
      leastExponent,
      mostExponent: spec.maxScalingFactor,
    });
  const now = share(present);
  if (wanted.method === 'sizing-rule' && now.fits && now.exponent === present) return null;
  // One sample may have missed most of a burst, so that what was measured never means less than a step.
  const least = wanted.method === 'sizing-rule' ? 1 : spec.stepExponent;
  const next = share(Math.min(present + least, Math.max(present + 1, spec.maxScalingFactor)));
  // The greatest share is the class's as a whole, which its congested queues divide (ABM).
  if (next.exponent > spec.maxScalingFactor - Math.log2(ofClass)) return null;
  return {
    setting: { scalingFactor: next.exponent },
    growth: growthOf(present, next.exponent, all),
    method: wanted.method,
    note:
      `${queue.key}: ${Math.round(wanted.bytes)} B (${wanted.how}) beside ${all} congested queues ` +
      `in ${sharedBytes} B: alpha 2^${next.exponent} gives ${Math.round(next.limitBytes)} B each` +
      (next.fits ? '' : ', which is the most that is allowed'),
  };
}

/** alpha / (1 + alpha N) after over the same before. */
const growthOf = (before: number, after: number, queues: number): number =>
  2 ** (after - before) * ((1 + 2 ** before * queues) / (1 + 2 ** after * queues));

/** Static limits of queues that nobody knows the buffer of are raised by this at once at most. */
const DEFAULT_QUEUE_MS = 50;

/**
 * A static limit that holds what is wanted; as many steps as the policy makes where that is not
 * known or no more than there is. Never beyond what the port sends in the policy's time, nor beyond
 * an even part of the buffer.
 */
function staticLimit(
  pass: Pass,
  spec: BufferSpec,
  { queue, full }: Place,
  present: QueueSettings,
  { rateBps, sharedBytes }: Port,
  wanted: Wanted | null,
): Found | null {
  const now = present.limitBytes;
  if (now === null || !(now > 0)) return null;
  if (wanted?.method === 'sizing-rule' && wanted.bytes <= now) return null;
  const { device, queue: name } = splitQueue(queue.key);
  const { all } = congestedAt(pass, device, name, full);
  const most = Math.min(
    (rateBps * (spec.maxQueueMs ?? DEFAULT_QUEUE_MS)) / 8000,
    sharedBytes > 0 ? sharedBytes / (1 + all) : Infinity,
  );
  const known = wanted !== null && wanted.bytes > now;
  const limitBytes = Math.floor(
    Math.min(most, known ? wanted.bytes : now * 2 ** spec.stepExponent),
  );
  if (limitBytes <= now) return null;
  return {
    setting: { limitBytes },
    growth: limitBytes / now,
    method: known ? wanted.method : 'step',
    note: known
      ? `${queue.key}: ${Math.round(wanted.bytes)} B (${wanted.how}); its static limit becomes ${limitBytes} B`
      : `${queue.key}: what it has to hold is not known; its static limit becomes ${limitBytes} B`,
  };
}
