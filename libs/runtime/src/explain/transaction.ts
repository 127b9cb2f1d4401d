import type { Change, JournalRecord } from '@weir/core/model';
import type { DeviceStory, Transaction } from './explanation';

/** What was done to which device, and when. */
export function transactionOf(change: Change, records: readonly JournalRecord[]): Transaction {
  const stages = new Map(
    change.plan.stages.flatMap((devices, stage) => devices.map((device) => [device, stage])),
  );
  return {
    times: change.times,
    transitions: records.flatMap(({ atMs, body }) =>
      body.kind === 'change-transition' && body.id === change.id
        ? [{ atMs, from: body.from, to: body.to, reason: body.reason }]
        : [],
    ),
    devices: Object.entries(change.devices).map(([device, state]) => ({
      device,
      stage: stages.get(device as Change['plan']['stages'][number][number]) ?? 0,
      progress: state.progress,
      commitConfirmed: state.commitConfirmed,
      lastError: state.lastError,
      steps: records.flatMap((record) => stepOf(record, change.id, device)),
    })),
  };
}

function stepOf({ atMs, body }: JournalRecord, id: string, device: string): DeviceStory['steps'] {
  switch (body.kind) {
    case 'device-prepared':
      if (body.id !== id || body.device !== device) return [];
      return [{ atMs, verb: 'prepare', outcome: 'done', message: '' }];
    case 'device-operation': {
      if (body.id !== id || body.device !== device) return [];
      const message = body.attempt > 1 ? `try ${body.attempt}` : '';
      return [{ atMs, verb: body.verb, outcome: null, message }];
    }
    case 'device-outcome': {
      if (body.id !== id || body.device !== device) return [];
      const { verb, outcome, code } = body;
      const message = [code, body.message]
        .filter((part) => part !== null && part !== '')
        .join(': ');
      return [{ atMs, verb, outcome, message }];
    }
    default:
      return [];
  }
}
