import { leavesText, sameLeaf, type Change, type DeviceId, type TelemetryFrame } from '../../model';
import { canonicalJson } from '../../ports';
import { contradictionOn } from '../evidence';
import type { Contradiction } from '../observed';
import type { Pass } from '../pass';
import type { Objection } from './permission';
import { cablingOf } from './ways';

/**
 * What the change rests on must be known, fresh and free of contradiction: at the devices that it
 * writes, and for the loop's own changes also at the far ends of the links that it moves traffic on,
 * with every port of theirs. What nobody knows the load of is not chosen.
 */
export function inputsHold(pass: Pass, change: Change): Objection {
  const { frame, holdReason } = pass.observed;
  if (holdReason !== '') return ['telemetry-stale', holdReason];
  if (frame === null) return ['telemetry-stale', 'no telemetry has arrived yet'];
  const { staleMs } = pass.env.policy.freshness;
  const ageMs = pass.now.monoMs - frame.atMs;
  if (!(ageMs <= staleMs)) return ['telemetry-stale', `the newest samples are ${ageMs} ms old`];
  const written = new Set<DeviceId>(change.plan.diffs.map((diff) => diff.device));
  const loops = change.origin === 'rule';
  for (const device of loops ? withFarEnds(pass, change, written) : written) {
    const index = frame.layout.devices.indexOf(device);
    if (frame.devices.synced[index] !== 1)
      return ['telemetry-stale', `${device} sends no telemetry`];
    const age = frame.devices.ageMs[index] ?? NaN;
    if (!(age <= staleMs))
      return ['telemetry-stale', `${device} has sent nothing for ${age.toFixed(0)} ms`];
    const silent = loops ? unknownPort(frame, index, staleMs) : null;
    if (silent !== null) return ['telemetry-stale', `the load of ${device}:${silent} is not known`];
  }
  const liar = change.origin === 'rule' ? contradicted(pass, change, written) : undefined;
  return liar === undefined ? null : ['telemetry-contradiction', liar.evidence];
}

function withFarEnds(
  pass: Pass,
  change: Change,
  written: ReadonlySet<DeviceId>,
): ReadonlySet<DeviceId> {
  const { peers } = cablingOf(pass.env.topology);
  const near = new Set(written);
  for (const link of change.plan.touches.links) {
    const peer = peers.get(link);
    if (peer !== undefined) near.add(peer);
  }
  return near;
}

function unknownPort(frame: TelemetryFrame, device: number, staleMs: number): string | null {
  const { txBps, ageMs } = frame.channels;
  const row = frame.layout.channels.findIndex(
    (channel, i) =>
      channel.device === device && (Number.isNaN(txBps[i]) || !((ageMs[i] as number) <= staleMs)),
  );
  return frame.layout.channels[row]?.interface ?? null;
}

/** Counters that are wrong at a device that is written, next to one, or on the objective's paths. */
function contradicted(
  pass: Pass,
  change: Change,
  written: ReadonlySet<DeviceId>,
): Contradiction | undefined {
  const { contradictions } = pass.observed;
  if (contradictions.length === 0) return undefined;
  const near = new Set(written);
  for (const { a, b } of pass.env.topology.links) {
    if (written.has(a.device)) near.add(b.device);
    if (written.has(b.device)) near.add(a.device);
  }
  return (
    contradictions.find(({ devices }) => devices.some((device) => near.has(device))) ??
    contradictionOn(pass, change.objectiveId)
  );
}

/** The plan is the one that was made, and the devices hold what it was made from. */
export function planHolds(pass: Pass, change: Change): Objection {
  const { plan, action } = change;
  const { revision } = pass.env.topology;
  if (plan.topologyRevision !== revision)
    return ['base-drifted', 'the plan was made for another revision of the topology'];
  const { diffs, baseHash } = plan;
  const content = { diffs, baseHash, topologyRevision: revision, action };
  if (pass.env.digest(canonicalJson(content)) !== plan.hash)
    return ['plan-hash-mismatch', 'the plan does not have the hash that it was stored with'];
  const base = diffs.map(({ device, leaves }) => {
    const image = pass.observed.images.get(device);
    const held = leaves.map(({ path }) => ({ path, value: image?.get(path) ?? null }));
    return `${device}\n${leavesText(held)}`;
  });
  if (pass.env.digest(base.join('\n')) === baseHash) return null;
  return ['base-drifted', `${driftOf(pass, change)} is no longer as the plan was made from`];
}

/** Devices that were not written yet must still be as planned, between the stages too. */
export function restUnmoved(pass: Pass, change: Change, during: ReadonlySet<DeviceId>): Objection {
  for (const { device, leaves } of change.plan.diffs) {
    if (!during.has(device) || change.devices[device]?.progress !== 'prepared') continue;
    const image = pass.observed.images.get(device);
    if (leaves.some((leaf) => !sameLeaf(image?.get(leaf.path) ?? null, leaf.before)))
      return ['base-drifted', `${device} was changed while the change was under way`];
  }
  return null;
}

function driftOf(pass: Pass, change: Change): string {
  for (const { device, leaves } of change.plan.diffs) {
    const image = pass.observed.images.get(device);
    if (image === undefined) return device;
    for (const leaf of leaves)
      if (!sameLeaf(image.get(leaf.path) ?? null, leaf.before)) return `${device}:${leaf.path}`;
  }
  return 'the base';
}
