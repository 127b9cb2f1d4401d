import { GnmiError, GrpcStatus } from '@weir/gnmi';
import type { RpcName, TargetBehaviour } from '@weir/gnmi-server';

/** What is wrong with a switch's management plane; all off by default. */
export interface SwitchFaults {
  /** Every call is answered this much later, ms. */
  readonly slowMs: number;
  /** Calls are never answered, samples are withheld; open streams stay open. */
  readonly hang: boolean;
  /** Samples are withheld, everything else is answered. */
  readonly mute: boolean;
  /** This many next Sets fail after they were applied. */
  readonly failAfterApply: number;
  /** This many next Sets fail before anything was applied. */
  readonly failBeforeApply: number;
  /** Extensions are dropped without an error: a commit-confirmed Set becomes permanent. */
  readonly ignoreExtensions: boolean;
}

export const NO_FAULTS: SwitchFaults = {
  slowMs: 0,
  hang: false,
  mute: false,
  failAfterApply: 0,
  failBeforeApply: 0,
  ignoreExtensions: false,
};

/** The faults of one switch as the hooks of its gNMI target. */
export class FaultyBehaviour implements TargetBehaviour {
  private now: SwitchFaults = NO_FAULTS;
  private readonly hanging: (() => void)[] = [];

  get faults(): SwitchFaults {
    return this.now;
  }

  set(faults: Partial<SwitchFaults>): void {
    this.now = { ...this.now, ...faults };
    if (!this.now.hang) for (const release of this.hanging.splice(0)) release();
  }

  async beforeRpc(_rpc: RpcName): Promise<void> {
    if (this.now.slowMs > 0) {
      await new Promise<void>((resolve) => setTimeout(resolve, this.now.slowMs).unref());
    }
    if (this.now.hang) await new Promise<void>((resolve) => this.hanging.push(resolve));
  }

  beforeApply(): void {
    if (this.now.failBeforeApply <= 0) return;
    this.now = { ...this.now, failBeforeApply: this.now.failBeforeApply - 1 };
    throw new GnmiError(GrpcStatus.ABORTED, 'fault on demand: the Set was not applied');
  }

  afterApply(): void {
    if (this.now.failAfterApply <= 0) return;
    this.now = { ...this.now, failAfterApply: this.now.failAfterApply - 1 };
    throw new GnmiError(GrpcStatus.UNKNOWN, 'fault on demand: the Set failed after it was applied');
  }

  ignoreExtensions(): boolean {
    return this.now.ignoreExtensions;
  }

  maySample(): boolean {
    return !this.now.hang && !this.now.mute;
  }
}
