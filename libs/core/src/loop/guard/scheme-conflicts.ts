import type { CompiledIntent, DeviceId, IntentId, SchemeRequest } from '../../model';
import type { Pass } from '../pass';

/**
 * The scheme that goes before this one on a device: packets are classified by device, so that each
 * has one scheme. Higher priority goes first, then the older one.
 */
export function overruledScheme(pass: Pass, scheme: SchemeRequest): IntentId | null {
  const devices = devicesOf(scheme);
  for (const [id, { value }] of pass.observed.compiled)
    for (const other of value.schemes ?? []) {
      if (id === scheme.intent || !goesBefore(pass, other, scheme)) continue;
      if (other.settings.some(({ device }) => devices.has(device))) return id;
    }
  return null;
}

/** A device that a scheme which is there already has as well; null when none. */
export function sharedDevice(
  pass: Pass,
  intent: IntentId,
  { schemes = [] }: CompiledIntent,
): { readonly device: DeviceId; readonly other: IntentId } | null {
  for (const scheme of schemes)
    for (const [id, { value }] of pass.observed.compiled) {
      if (id === intent) continue;
      for (const other of value.schemes ?? []) {
        const devices = devicesOf(other);
        const shared = scheme.settings.find(({ device }) => devices.has(device));
        if (shared !== undefined) return { device: shared.device, other: id };
      }
    }
  return null;
}

const devicesOf = ({ settings }: SchemeRequest): ReadonlySet<DeviceId> =>
  new Set(settings.map(({ device }) => device));

function goesBefore(pass: Pass, a: SchemeRequest, b: SchemeRequest): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  const createdMs = ({ intent }: SchemeRequest): number =>
    pass.durable.intents.get(intent)?.metadata.createdMs ?? 0;
  return createdMs(a) === createdMs(b) ? a.id < b.id : createdMs(a) < createdMs(b);
}
