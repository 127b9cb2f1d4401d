/**
 * The kinds of intent. Each folder under `kinds` is one kind: the schema of its spec, its
 * compilation to the objectives and drains that the loop knows, and its tests. Adding a kind means
 * adding a folder and its line in `registry.ts`.
 */
export * from './check-intent';
export * from './registry';
