/**
 * Policies as data: YAML whose rules are CEL conditions over the facts of a diagnosis. All of it is
 * checked when it is loaded, so that a policy in force cannot fail later; facts that are unknown
 * make no rule true. Carries the default policy of Weir and runs the examples in a policy.
 */
export * from './compile-policy';
export * from './condition';
export * from './default-policy';
export * from './examples';
export { FACTS, type FactName } from './facts';
