import { refuse, type Result } from '@weir/core/base';
import type { ChangeId, ConfigImage, DeviceId, LeafDiff } from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Caller, SwarmDevices } from './devices';
import type { Gate } from './gate';
import type { DeviceCall, Network } from './network';
import type { TimelineWriter } from './timeline';

/** What the writer is called for, so that the timeline can say whose call it was. */
export interface Errand {
  readonly epoch: number;
  readonly changeId: ChangeId | null;
}

const NO_ANSWER: SetAnswer = { kind: 'unknown', message: 'DEADLINE_EXCEEDED' };
const unreachable = (device: DeviceId): Result<never> =>
  refuse('device-unreachable', device, 'no answer before the deadline');

/** How a process reaches the switches: over the network, with a deadline, through its gate. */
export class SwarmWriter implements DeviceWriter {
  private readonly errands = new Map<DeviceId, Errand>();

  constructor(
    private readonly process: string,
    private readonly gate: Gate,
    private readonly network: Network,
    private readonly devices: SwarmDevices,
    private readonly time: VirtualTime,
    private readonly timeline: TimelineWriter,
  ) {}

  /** One operation at a time on each device: what follows is done for this errand. */
  runFor(device: DeviceId, errand: Errand): void {
    this.errands.set(device, errand);
  }

  readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    const ask = () => this.devices.readImage(device);
    return this.call('read', device, timeoutMs, ask, unreachable(device));
  }

  readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    const ask = () => this.devices.read(device, paths);
    return this.call('read', device, timeoutMs, ask, unreachable(device));
  }

  probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>> {
    const ask = () => this.devices.probe(device);
    return this.call('probe', device, timeoutMs, ask, unreachable(device));
  }

  set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    const caller = this.caller(device);
    const ask = () => this.devices.set(device, leaves, commit, caller);
    const send = () => {
      this.tell('set', device, commit?.id ?? '', leaves);
    };
    return this.call('set', device, timeoutMs, ask, NO_ANSWER, send);
  }

  confirm(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    const caller = this.caller(device);
    const ask = () => this.devices.confirm(device, commitId, caller);
    const send = () => {
      this.tell('confirm', device, commitId, []);
    };
    return this.call('confirm', device, timeoutMs, ask, NO_ANSWER, send);
  }

  cancel(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    const caller = this.caller(device);
    const ask = () => this.devices.cancel(device, commitId, caller);
    const send = () => {
      this.tell('cancel', device, commitId, []);
    };
    return this.call('cancel', device, timeoutMs, ask, NO_ANSWER, send);
  }

  async close(): Promise<void> {
    this.errands.clear();
  }

  private call<T>(
    call: DeviceCall,
    device: DeviceId,
    timeoutMs: number,
    ask: () => Promise<T>,
    noAnswer: T,
    onSend: () => void = () => undefined,
  ): Promise<T> {
    const { process, network, time } = this;
    return this.gate.call(
      () =>
        new Promise<T>((resolve) => {
          onSend();
          const cancel = time.after(timeoutMs, () => {
            resolve(noAnswer);
          });
          const answered = (answer: T): void => {
            for (const delayMs of network.carry({ process, device, call, direction: 'answer' }))
              time.after(delayMs, () => {
                cancel();
                resolve(answer);
              });
          };
          for (const delayMs of network.carry({ process, device, call, direction: 'request' }))
            time.after(delayMs, () => {
              if (!this.devices.isDown(device)) void ask().then(answered);
            });
        }),
    );
  }

  private caller(device: DeviceId): Caller {
    const errand = this.errands.get(device);
    return {
      by: 'controller',
      epoch: errand?.epoch ?? null,
      changeId: errand?.changeId ?? null,
    };
  }

  private tell(
    call: 'set' | 'confirm' | 'cancel',
    device: DeviceId,
    commitId: string,
    leaves: readonly LeafDiff[],
  ): void {
    const errand = this.errands.get(device);
    this.timeline.write({
      kind: 'sent',
      process: this.process,
      epoch: errand?.epoch ?? 0,
      device,
      call,
      changeId: errand?.changeId ?? null,
      commitId,
      leaves,
    });
  }
}
