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
  /** This many next Sets are answered OK, and nothing of them is applied. */
  readonly pretend: number;
  /** A Set is applied this much after it was asked for, ms. */
  readonly slowApplyMs: number;
  /** A Set is answered this much after it was applied, ms. */
  readonly slowAnswerMs: number;
  /** Each sample is sent this often: more than anyone asked for. */
  readonly stormFactor: number;
  /** Extensions are dropped without an error: a commit-confirmed Set becomes permanent. */
  readonly ignoreExtensions: boolean;
}

export const NO_FAULTS: SwitchFaults = {
  slowMs: 0,
  hang: false,
  mute: false,
  failAfterApply: 0,
  failBeforeApply: 0,
  pretend: 0,
  slowApplyMs: 0,
  slowAnswerMs: 0,
  stormFactor: 1,
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
    if (this.now.slowMs > 0) await pause(this.now.slowMs);
    if (this.now.hang) await new Promise<void>((resolve) => this.hanging.push(resolve));
  }

  async beforeApply(): Promise<void> {
    if (this.now.slowApplyMs > 0) await pause(this.now.slowApplyMs);
    if (this.takeOne('failBeforeApply'))
      throw new GnmiError(GrpcStatus.ABORTED, 'fault on demand: the Set was not applied');
  }

  applies(): boolean {
    return !this.takeOne('pretend');
  }

  async afterApply(): Promise<void> {
    if (this.now.slowAnswerMs > 0) await pause(this.now.slowAnswerMs);
    if (this.takeOne('failAfterApply'))
      throw new GnmiError(
        GrpcStatus.UNKNOWN,
        'fault on demand: the Set failed after it was applied',
      );
  }

  sampleRepeats(): number {
    return this.now.stormFactor;
  }

  ignoreExtensions(): boolean {
    return this.now.ignoreExtensions;
  }

  maySample(): boolean {
    return !this.now.hang && !this.now.mute;
  }

  /** Uses up one of a number of faults; false when none is left. */
  private takeOne(fault: 'failBeforeApply' | 'failAfterApply' | 'pretend'): boolean {
    if (this.now[fault] <= 0) return false;
    this.now = { ...this.now, [fault]: this.now[fault] - 1 };
    return true;
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms).unref());
