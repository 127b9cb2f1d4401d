import type { DeviceOperation, OperationReport } from '../model';

/**
 * Carries device operations to the southbound role and reports back. Per device in order, one at
 * a time; at least once (the executor is idempotent); a job id that is known already is not made
 * twice while its first run is pending.
 */
export interface OperationQueue {
  enqueue(operation: DeviceOperation): Promise<void>;
  /** Engine side: every report, possibly more than once. */
  onReport(handler: (report: OperationReport) => void): Promise<void>;
  /** Southbound side: runs operations; the handler must not throw. */
  work(execute: (operation: DeviceOperation) => Promise<OperationReport>): Promise<void>;
  depth(): Promise<number>;
  /** Stops taking new work, lets the running operations end. */
  close(): Promise<void>;
}
