import type { Change } from '../model';

/**
 * Whether a change was taken back to see what it had done, and nobody knows yet: until then it
 * counts neither as tried in vain nor as having acted.
 */
export const isOnTrial = ({ verdict, switchback }: Change): boolean =>
  verdict?.switchback === true && switchback === undefined;
