import type { DeviceId } from '../../model';
import type { Pass } from '../pass';
import type { Between } from './between';

type Shift = ReadonlyMap<string, number>;

/** Utilisation above which a channel is overloaded, whatever was allowed to it. */
const FULL = 1;
const ROUNDING = 1e-6;

/**
 * What a channel may carry while a change is under way: what it carries now or will carry at the
 * end; beyond that the limit of the policy, or the hottest of these channels if that is hotter.
 */
export class LoadLimits {
  private readonly end: Shift;
  private readonly limitRatio: number;

  constructor(
    pass: Pass,
    private readonly between: Between,
    devices: readonly DeviceId[],
  ) {
    this.end = between.shiftOf(new Set(devices));
    let hottest = 0;
    for (const [channel, by] of this.end) {
      const present = between.presentLoad(channel);
      hottest = Math.max(hottest, present, present + by);
    }
    this.limitRatio = Math.max(hottest, pass.env.policy.limits.maxPredictedUtilizationRatio);
  }

  /**
   * Which channel would be overloaded if the device moved too, with everything that may come first
   * within its stage: only what rises counts, since what falls may come last.
   */
  exceededBy(state: Shift, rises: Shift, step: Shift, device: DeviceId): string | null {
    for (const [channel, by] of step) {
      if (by <= ROUNDING) continue;
      const present = this.between.presentLoad(channel);
      const load = present + (state.get(channel) ?? 0) + (rises.get(channel) ?? 0) + by;
      const settled = Math.max(present, present + (this.end.get(channel) ?? 0));
      if (load <= settled + ROUNDING) continue;
      if (load > Math.min(FULL, this.limitRatio) + ROUNDING)
        return `writing ${device} now would bring ${channel} to ${(load * 100).toFixed(0)} %`;
    }
    return null;
  }
}
