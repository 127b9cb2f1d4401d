import type { CommandResult, DeviceOperation, OperationReport } from '@weir/core/model';

/** Answer to whoever asks an engine that cannot take the command. */
export const unavailable = (phase: string): CommandResult => ({
  ok: false,
  error: {
    kind: 'refused',
    code: 'engine-unavailable',
    where: 'engine',
    reason: `the engine is ${phase === 'running' ? 'overloaded' : phase}; nothing was changed`,
  },
});

/** Answer when the journal failed with the command in hand: never an acknowledgement. */
export const notAcknowledged = (reason: Error): CommandResult => ({
  ok: false,
  error: {
    kind: 'refused',
    code: 'journal-unavailable',
    where: 'engine',
    reason:
      `the engine stopped with the command in hand (${reason.message}); whether it was kept is ` +
      'unknown, and it is not acknowledged: look at the state after the next start',
  },
});

/** An operation of which nobody will hear. */
export const unknownReport = (operation: DeviceOperation, message: string): OperationReport => ({
  operation,
  outcome: 'unknown',
  code: 'device-outcome-unknown',
  message,
  readBack: null,
  image: null,
  commitConfirmed: null,
  sentMs: null,
});
