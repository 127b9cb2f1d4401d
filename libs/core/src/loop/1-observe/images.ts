import type { ConfigImage, DeviceId, LeafDiff, OperationReport } from '../../model';
import { patched } from '../../model';
import { LIMITS } from '../../state';
import { devicesOnPaths } from '../network';
import type { Pass } from '../pass';
import { forgetForecasts } from './forecast-routes';

/** Images on the paths of objectives in trouble that are read again in one pass, at most. */
const SUSPECTS_PER_PASS = 8;

/** Over how many passes the reading of all images is spread. */
const REFRESH_PASSES = 60;

/** Asks for the configuration image of each managed device that has none, or an old one. */
export function refreshImages(pass: Pass): void {
  const { monoMs } = pass.now;
  const asked = new Map(pass.observed.imageAskedMs);
  let count = 0;
  // A new engine reads all at once; after that the reads are spread, so that no pass pays for all.
  let refreshes = Math.max(4, Math.ceil(pass.env.topology.devices.size / REFRESH_PASSES));
  const suspects = suspectsSince(pass);
  let urgent = SUSPECTS_PER_PASS;
  for (const device of pass.env.topology.devices.values()) {
    if (device.address === '') continue;
    const readAt = pass.observed.imageAtMs.get(device.id) ?? -Infinity;
    const askedAt = asked.get(device.id) ?? -Infinity;
    if (monoMs - askedAt < LIMITS.imageRetryMs) continue;
    if (readAt < (suspects.get(device.id) ?? -Infinity) && urgent > 0) urgent--;
    else if (monoMs - readAt < LIMITS.imageRefreshMs) continue;
    else if (readAt !== -Infinity && refreshes-- <= 0) continue;
    asked.set(device.id, monoMs);
    count++;
    pass.operate({
      id: `image/${device.id}/${pass.durable.epoch}/${Math.floor(pass.now.monoMs)}`,
      changeId: null,
      device: device.id,
      verb: 'image',
      epoch: pass.durable.epoch,
      leaves: [],
      commitId: '',
      rollbackMs: 0,
      timeoutMs: pass.env.operationTimeoutMs,
    });
  }
  if (count > 0) pass.observe({ imageAskedMs: asked });
}

/**
 * Devices on the paths of objectives that are missed, with the time since when they are: somebody
 * may have changed them just before, and what is decided is to start from what they hold now.
 */
function suspectsSince(pass: Pass): ReadonlyMap<DeviceId, number> {
  const suspects = new Map<DeviceId, number>();
  for (const { objective, state, sinceMs } of pass.observed.objectives.values()) {
    if (state !== 'pending' && state !== 'breached') continue;
    for (const device of devicesOnPaths(pass, objective))
      suspects.set(device, Math.max(sinceMs, suspects.get(device) ?? -Infinity));
  }
  return suspects;
}

export function observeImage(pass: Pass, report: OperationReport): void {
  const { device } = report.operation;
  if (report.commitConfirmed !== null) rememberProbe(pass, device, report.commitConfirmed);
  if (report.outcome !== 'done' || report.image === null) return;
  const imageAtMs = new Map(pass.observed.imageAtMs).set(device, pass.now.monoMs);
  const present = pass.observed.images.get(device);
  if (present !== undefined && sameImage(present, report.image)) pass.observe({ imageAtMs });
  else {
    const images = new Map(pass.observed.images).set(device, report.image);
    pass.observe({ images, imageAtMs });
  }
}

/** Whatever an operation read of the device afterwards is the newest truth about those leaves. */
export function observeReadBack(pass: Pass, report: OperationReport): void {
  const { device, verb, changeId } = report.operation;
  if (report.commitConfirmed !== null) rememberProbe(pass, device, report.commitConfirmed);
  const action = changeId === null ? undefined : pass.durable.changes.get(changeId)?.action.type;
  const moves = action === 'reroute' || action === 'undo';
  if (moves && (verb === 'commit' || verb === 'revert')) {
    pass.observe({ routesChangedMs: pass.now.monoMs });
    forgetForecasts(pass, changeId);
  }
  const image = pass.observed.images.get(device);
  if (report.readBack === null || image === undefined) return;
  const leaves: LeafDiff[] = report.readBack.map(({ path, value }) => ({
    path,
    before: image.get(path) ?? null,
    after: value,
  }));
  const images = new Map(pass.observed.images).set(device, patched(image, leaves));
  pass.observe({ images });
}

function rememberProbe(pass: Pass, device: DeviceId, supported: boolean): void {
  pass.observe({ commitConfirmed: new Map(pass.observed.commitConfirmed).set(device, supported) });
}

function sameImage(a: ConfigImage, b: ConfigImage): boolean {
  if (a.size !== b.size) return false;
  for (const [path, value] of a) if (b.get(path) !== value) return false;
  return true;
}
