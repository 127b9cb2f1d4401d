import type { DeviceOperation, LeafValue, OperationReport } from '@weir/core/model';

/** A report as JSON; the image, a map, as a list of entries. */
export function reportToJson(report: OperationReport): string {
  return JSON.stringify({ ...report, image: report.image ? [...report.image] : null });
}

export function reportFromJson(text: string): OperationReport {
  const report = JSON.parse(text) as OperationReport & {
    readonly image: readonly (readonly [string, LeafValue])[] | null;
  };
  return { ...report, image: report.image ? new Map(report.image) : null };
}

export function staleReport(operation: DeviceOperation, highestEpoch: number): OperationReport {
  const message = `epoch ${operation.epoch} is older than ${highestEpoch}`;
  return { ...blank(operation), outcome: 'refused', code: 'fencing-epoch-stale', message };
}

/** Executors must not throw; what the device holds now is not known. */
export function defectReport(operation: DeviceOperation, error: unknown): OperationReport {
  return { ...blank(operation), outcome: 'unknown', code: 'internal', message: String(error) };
}

const blank = (operation: DeviceOperation) => ({
  operation,
  readBack: null,
  image: null,
  commitConfirmed: null,
  sentMs: null,
});
