import { PROBLEM_STATUS } from '@weir/contracts';

/** Whether a refusal's code is one of the documented ones. */
export const codeInUse = (code: string): boolean => Object.hasOwn(PROBLEM_STATUS, code);
