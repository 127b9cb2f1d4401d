import type { DeviceId, RouteWeights } from '../../model';
import type { Pass } from '../pass';
import { Between, type Step } from './between';
import type { Verdict } from './blast-radius';
import { LoadLimits } from './load-limits';

export interface Order {
  readonly stages: readonly (readonly DeviceId[])[];
  readonly verdict: Verdict;
}

/** Devices that are tried as the canary, and orders of the rest, before a change is given up. */
const CANARIES_TRIED = 3;

/**
 * Make before break: devices in stages, such that no network in between has a loop, a hole or a
 * link above what is allowed, whichever devices of a stage are written first. Within a stage no
 * packet meets two of the devices, so that their effects add up and not every subset has to be
 * tried; downstream comes before upstream as far as loads allow it. Whether there is an order at
 * all is hard to tell (Mahajan and Wattenhofer 2013); a few greedy walks find one or give up.
 */
export function orderOf(
  pass: Pass,
  devices: readonly DeviceId[],
  routes: readonly RouteWeights[],
  canary: boolean,
): Order {
  // From one network to the other in one step: both ends are checked elsewhere.
  if (devices.length < 2) return { stages: [devices], verdict: null };
  const between = new Between(pass, routes);
  const limits = new LoadLimits(pass, between, devices);
  const downstream = downstreamFirst(between, devices);
  const failures: string[] = [];
  for (const preferred of [downstream, [...downstream].reverse()])
    for (const first of canary ? canaries(between, preferred) : [null]) {
      const forth = new Walk(between, limits, new Set());
      const stages = forth.stagesOf(preferred, first);
      if (stages === null) failures.push(forth.failure);
      else return checkedBack(forth, stages);
    }
  return { stages: [devices], verdict: ['no-safe-order', failures[0] ?? ''] };
}

/** The way back passes the same networks the other way round; that is proved, not assumed. */
function checkedBack(forth: Walk, stages: Order['stages']): Order {
  const back = forth.turnedRound();
  for (const stage of [...stages].reverse())
    if (!back.takesWhole(stage))
      return { stages, verdict: ['inverse-unprovable', `rolling back: ${back.failure}`] };
  return { stages, verdict: null };
}

/** Where fewest of the other devices lie behind, nothing that is written later can break. */
function downstreamFirst(between: Between, devices: readonly DeviceId[]): readonly DeviceId[] {
  const none = new Set<DeviceId>();
  const steps = new Map(devices.map((device) => [device, between.step(none, device)]));
  const behind = (device: DeviceId): number =>
    devices.filter((other) =>
      [...(steps.get(device)?.behind ?? [])].some(
        ([prefix, found]) => steps.get(other)?.behind.has(prefix) === true && found.has(other),
      ),
    ).length;
  const ranked = devices.map((device) => ({ device, rank: behind(device) }));
  return ranked.sort((a, b) => a.rank - b.rank).map((item) => item.device);
}

/** The devices with the least traffic on what changes, least first. */
function canaries(between: Between, devices: readonly DeviceId[]): readonly DeviceId[] {
  const ranked = devices.map((device) => ({ device, bps: between.trafficAt(device) }));
  ranked.sort((a, b) => a.bps - b.bps);
  return ranked.slice(0, CANARIES_TRIED).map((item) => item.device);
}

interface Member {
  readonly device: DeviceId;
  readonly step: Step;
}

/** One way through the networks in between, from none of the devices to all of them, or back. */
class Walk {
  failure = '';
  /** Utilisation beyond the present one by channel, once all stages so far are through. */
  private readonly shift: Map<string, number>;

  constructor(
    private readonly between: Between,
    private readonly limits: LoadLimits,
    private readonly applied: Set<DeviceId>,
  ) {
    this.shift = new Map(between.shiftOf(applied));
  }

  turnedRound(): Walk {
    return new Walk(this.between, this.limits, new Set(this.applied));
  }

  /** Stages of all devices, the first one with `first` alone; null when the walk gets stuck. */
  stagesOf(
    devices: readonly DeviceId[],
    first: DeviceId | null,
  ): readonly (readonly DeviceId[])[] | null {
    const stages: (readonly DeviceId[])[] = [];
    if (first !== null) {
      if (!this.takesWhole([first])) return null;
      stages.push([first]);
    }
    let left = devices.filter((device) => device !== first);
    while (left.length > 0) {
      const members = this.membersFrom(left);
      if (members.length === 0) return null;
      this.take(members);
      const stage = members.map((member) => member.device);
      stages.push(stage);
      left = left.filter((device) => !stage.includes(device));
    }
    return stages;
  }

  /** Takes the devices as one stage if they may all be written in any order. */
  takesWhole(stage: readonly DeviceId[]): boolean {
    const members = this.membersFrom(stage);
    if (members.length < stage.length) return false;
    this.take(members);
    return true;
  }

  private membersFrom(devices: readonly DeviceId[]): readonly Member[] {
    const members: Member[] = [];
    const rises = new Map<string, number>();
    this.failure = '';
    for (const device of devices) {
      const step = this.between.step(this.applied, device);
      const why =
        step.problem ??
        this.limits.exceededBy(this.shift, rises, step.shift, device) ??
        this.meets(members, device, step);
      if (why === null) {
        members.push({ device, step });
        for (const [channel, by] of step.shift)
          if (by > 0) rises.set(channel, (rises.get(channel) ?? 0) + by);
      } else if (this.failure === '') this.failure = why;
    }
    return members;
  }

  private meets(members: readonly Member[], device: DeviceId, step: Step): string | null {
    const other = members.find((member) =>
      this.between.meet(member.device, member.step, device, step),
    );
    return other === undefined ? null : `${device} and ${other.device} share a path`;
  }

  private take(members: readonly Member[]): void {
    for (const { device, step } of members) {
      if (!this.applied.delete(device)) this.applied.add(device);
      for (const [channel, by] of step.shift)
        this.shift.set(channel, (this.shift.get(channel) ?? 0) + by);
    }
  }
}
