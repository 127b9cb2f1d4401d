const UNDOING = /rolling-back|rolled-back|revert|cancel|inverse/;
const INVERSE = /inverse/;

/** Points that are passed only when a change is undone. */
export const isUndoing = (label: string): boolean => UNDOING.test(label);

/** Points that are passed only where the device has no timer of its own to cancel. */
export const needsInverse = (label: string): boolean => INVERSE.test(label);
