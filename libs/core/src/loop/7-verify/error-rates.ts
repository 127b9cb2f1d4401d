import type { VerifyPolicy } from '../../model';

/** Error that the policy permits against a good change; policies of old say one figure for both. */
export const falseRollbackRatio = (verify: VerifyPolicy): number =>
  verify.falseRollbackRatio ?? verify.alpha;
