import type { DeviceId, DeviceOperation, OperationReport } from '@weir/core/model';

/** A change goes through these on a device in this order, and never back. */
const RANK: Readonly<Partial<Record<DeviceOperation['verb'], number>>> = {
  snapshot: 0,
  commit: 1,
  confirm: 2,
  revert: 3,
};
/** Changes and reports that are remembered for each device. */
const REMEMBERED = 32;

interface Steps {
  change: string;
  rank: number;
  /** Changes that were there before this one. */
  readonly past: Set<string>;
  /** Writes that were carried out, and commits that were refused, by operation id. */
  readonly done: Map<string, OperationReport>;
}

/**
 * What this process has run on each device, so that an operation which the queue hands out twice
 * has one effect: what was carried out is answered from memory, and what the device has gone on
 * from (a commit after its revert, anything of a change before the present one) is not run.
 */
export class DeviceSteps {
  private readonly byDevice = new Map<DeviceId, Steps>();

  /** The report of an operation that came to its end before; undefined when none did. */
  known({ device, id }: DeviceOperation): OperationReport | undefined {
    return this.byDevice.get(device)?.done.get(id);
  }

  /** Why the operation comes too late; null when it does not, and is the newest from now on. */
  begin({ device, changeId, verb }: DeviceOperation): string | null {
    const rank = RANK[verb];
    if (changeId === null || rank === undefined) return null;
    const steps = this.byDevice.get(device);
    if (steps === undefined) {
      const fresh = { change: changeId, rank, past: new Set<string>(), done: new Map() };
      this.byDevice.set(device, fresh);
      return null;
    }
    if (steps.past.has(changeId)) return `${device} has gone on to ${steps.change}`;
    if (steps.change !== changeId) {
      steps.past.add(steps.change);
      steps.change = changeId;
      steps.rank = rank;
      shorten(steps.past);
      return null;
    }
    if (rank < steps.rank) return `${changeId} has gone on from ${verb}`;
    steps.rank = rank;
    return null;
  }

  ended(report: OperationReport): void {
    const { device, id, verb } = report.operation;
    const steps = this.byDevice.get(device);
    if (steps === undefined || (RANK[verb] ?? 0) === 0) return;
    // A refused commit counts as never sent from then on; its repetition must not send it after all.
    const settled = report.outcome === 'done' || (verb === 'commit' && report.outcome === 'refused');
    if (!settled) return;
    steps.done.set(id, report);
    shorten(steps.done);
  }
}

/** Forgets the oldest entry once there are too many. */
function shorten(entries: Set<string> | Map<string, OperationReport>): void {
  for (const oldest of entries.keys())
    if (entries.size > REMEMBERED) entries.delete(oldest);
    else break;
}
