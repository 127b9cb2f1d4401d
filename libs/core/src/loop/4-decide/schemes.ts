import { isTerminal } from '../../change';
import type { DeviceId, QosAction, SchemeRequest } from '../../model';
import { canonicalJson } from '../../ports';
import { overruledScheme } from '../guard';
import { profileOf } from '../network';
import type { Pass } from '../pass';
import { isUndone } from '../standing';

/**
 * What of a QoS scheme still has to be written: some devices at a time, since a change must not be
 * larger than the policy allows. What one device was given and keeps is not asked for again, so that
 * thresholds and weights which the loop or a person tuned since are left alone.
 */
export function pendingActions(pass: Pass, scheme: SchemeRequest): readonly QosAction[] {
  const { changes } = pass.durable;
  const { images } = pass.observed;
  const known = remembered.get(scheme);
  if (known?.changes === changes && known.images === images) return known.actions;
  const actions = findPending(pass, scheme);
  remembered.set(scheme, { changes, images, actions });
  return actions;
}

/** Schemes of many ports are looked at anew only when something was changed or read. */
const remembered = new WeakMap<
  SchemeRequest,
  { readonly changes: object; readonly images: object; readonly actions: readonly QosAction[] }
>();

function findPending(pass: Pass, scheme: SchemeRequest): readonly QosAction[] {
  const most = pass.env.policy.limits.maxDevicesPerChange;
  const devices = [...byDevice(scheme)].filter(
    ([device, settings]) => !isInForce(pass, scheme, device, settings),
  );
  const actions: QosAction[] = [];
  for (let i = 0; i < devices.length; i += most)
    actions.push({
      type: 'qos',
      settings: devices.slice(i, i + most).flatMap(([, settings]) => settings),
    });
  return actions;
}

/** Devices of the scheme whose configuration was not read yet. */
export const unreadFor = (pass: Pass, scheme: SchemeRequest): readonly DeviceId[] =>
  [...byDevice(scheme).keys()].filter((device) => !pass.observed.images.has(device));

type Settings = QosAction['settings'];

function byDevice({ settings }: { readonly settings: Settings }) {
  const found = new Map<DeviceId, Settings[number][]>();
  for (const setting of settings) {
    const list = found.get(setting.device) ?? [];
    found.set(setting.device, list);
    list.push(setting);
  }
  return found;
}

/** Written for the scheme and not taken back, or there already. */
function isInForce(pass: Pass, scheme: SchemeRequest, device: DeviceId, wanted: Settings): boolean {
  const standing = [...pass.durable.changes.values()]
    .filter((change) => change.intent === scheme.intent && change.devices[device] !== undefined)
    .filter((change) => change.state === 'confirmed' && !isUndone(pass, change))
    .map(({ action }) => (action.type === 'qos' ? byDevice(action).get(device) : undefined))
    .at(-1);
  if (standing !== undefined && canonicalJson(standing) === canonicalJson(wanted)) return true;
  const profile = profileOf(pass, device);
  const image = pass.observed.images.get(device);
  if (profile?.renderQos === undefined || image === undefined) return false;
  return [...byPort(wanted)].every(([iface, queues]) => {
    const leaves = profile.renderQos?.(image, { interface: iface, queues });
    return leaves?.ok === true && leaves.value.length === 0;
  });
}

function byPort(settings: Settings): ReadonlyMap<string, Settings> {
  const ports = new Map<string, Settings[number][]>();
  for (const setting of settings) {
    const list = ports.get(setting.interface) ?? [];
    ports.set(setting.interface, list);
    list.push(setting);
  }
  return ports;
}

/** A refused try is repeated only after this, ms. */
const RETRY_MS = 30_000;

/** The next part of each scheme that is wanted, has no change open, and was not harmful before. */
export function wantedActions(
  pass: Pass,
): readonly { readonly scheme: SchemeRequest; readonly action: QosAction }[] {
  const wanted: { scheme: SchemeRequest; action: QosAction }[] = [];
  for (const { value } of pass.observed.compiled.values())
    for (const scheme of value.schemes ?? []) {
      if (overruledScheme(pass, scheme) !== null || isBusy(pass, scheme)) continue;
      if (unreadFor(pass, scheme).length > 0) continue;
      const [action] = pendingActions(pass, scheme);
      if (action !== undefined && !wasHarmful(pass, scheme, action))
        wanted.push({ scheme, action });
    }
  return wanted;
}

function isBusy(pass: Pass, { intent }: SchemeRequest): boolean {
  for (const change of pass.durable.changes.values()) {
    if (change.intent !== intent || change.origin !== 'intent') continue;
    if (!isTerminal(change.state)) return true;
    const failed = change.state !== 'confirmed';
    if (failed && pass.now.wallMs - change.updatedMs < RETRY_MS) return true;
  }
  return false;
}

/** Measured harm is an answer; the same is not tried again until the spec changes. */
function wasHarmful(pass: Pass, { intent }: SchemeRequest, action: QosAction): boolean {
  const key = canonicalJson(action);
  for (const change of pass.durable.changes.values())
    if (change.intent === intent && change.state === 'rolled-back')
      if (change.verdict?.verdict === 'harmed' && canonicalJson(change.action) === key) return true;
  return false;
}
