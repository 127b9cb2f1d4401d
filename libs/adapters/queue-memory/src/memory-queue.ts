import type { DeviceId, DeviceOperation, OperationReport } from '@weir/core/model';
import type { OperationQueue } from '@weir/core/ports';

type Execute = (operation: DeviceOperation) => Promise<OperationReport>;
type OnReport = (report: OperationReport) => void;

export class MemoryQueue implements OperationQueue {
  /** Waiting and running operations of each device; the first one is next, or running. */
  readonly #lines = new Map<DeviceId, DeviceOperation[]>();
  readonly #running = new Map<DeviceId, Promise<void>>();
  readonly #handlers: OnReport[] = [];
  /** Reports that came before anybody asked for them. */
  #unheard: OperationReport[] = [];
  #execute: Execute | null = null;
  #highestEpoch = 0;
  #closed = false;

  async enqueue(operation: DeviceOperation): Promise<void> {
    if (this.#closed) throw new Error('operation queue: closed');
    this.#highestEpoch = Math.max(this.#highestEpoch, operation.epoch);
    const line = this.#lines.get(operation.device) ?? [];
    if (!join(line, operation, this.#running.has(operation.device))) return;
    this.#lines.set(operation.device, line);
    this.#start(operation.device);
  }

  async onReport(handler: OnReport): Promise<void> {
    this.#handlers.push(handler);
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const report of unheard) handler(report);
  }

  async work(execute: Execute): Promise<void> {
    if (this.#execute) throw new Error('operation queue: somebody works already');
    this.#execute = execute;
    for (const device of this.#lines.keys()) this.#start(device);
  }

  async depth(): Promise<number> {
    let depth = 0;
    for (const line of this.#lines.values()) depth += line.length;
    return depth;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running.values());
  }

  #start(device: DeviceId): void {
    const execute = this.#execute;
    if (!execute || this.#closed || this.#running.has(device)) return;
    const run = this.#drain(device, execute).finally(() => {
      this.#running.delete(device);
      // What came between the last operation's report and here found the line still running.
      if (this.#lines.has(device)) this.#start(device);
    });
    this.#running.set(device, run);
  }

  async #drain(device: DeviceId, execute: Execute): Promise<void> {
    const line = this.#lines.get(device);
    while (line && line.length > 0 && !this.#closed) {
      const operation = line[0];
      if (!operation) break;
      const report = await this.#run(operation, execute);
      // Out of the line before the report, so that a handler may enqueue the same id again.
      line.shift();
      this.#report(report);
    }
    if (line?.length === 0) this.#lines.delete(device);
  }

  async #run(operation: DeviceOperation, execute: Execute): Promise<OperationReport> {
    if (operation.epoch < this.#highestEpoch) {
      const message = `epoch ${operation.epoch} is older than ${this.#highestEpoch}`;
      return { ...blank(operation), outcome: 'refused', code: 'fencing-epoch-stale', message };
    }
    try {
      return await execute(operation);
    } catch (error) {
      // Executors must not throw; what the device holds now is not known.
      return { ...blank(operation), outcome: 'unknown', code: 'internal', message: String(error) };
    }
  }

  #report(report: OperationReport): void {
    if (this.#handlers.length === 0) this.#unheard.push(report);
    for (const handler of this.#handlers) handler(report);
  }
}

/**
 * Puts the operation into the line; false when it is pending already. One of an older leader is
 * replaced where it stands, or followed when it has begun.
 */
function join(line: DeviceOperation[], operation: DeviceOperation, begun: boolean): boolean {
  const at = line.findLastIndex((pending) => pending.id === operation.id);
  const pending = line[at];
  if (pending && pending.epoch >= operation.epoch) return false;
  if (pending && !(begun && at === 0)) line[at] = operation;
  else line.push(operation);
  return true;
}

const blank = (operation: DeviceOperation) => ({
  operation,
  readBack: null,
  image: null,
  commitConfirmed: null,
  sentMs: null,
});
