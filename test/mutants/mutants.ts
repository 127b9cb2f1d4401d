import { DECISION_MUTANTS } from './list/decision';
import { INPUT_MUTANTS } from './list/input';
import { TRANSACTION_MUTANTS } from './list/transaction';
import type { Mutant } from './mutant';

export const MUTANTS: readonly Mutant[] = [
  ...TRANSACTION_MUTANTS,
  ...DECISION_MUTANTS,
  ...INPUT_MUTANTS,
];
