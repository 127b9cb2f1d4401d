export const TICK_MS = 1_000;
export const OPERATION_TIMEOUT_MS = 1_000;
