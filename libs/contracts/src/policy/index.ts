/** The policy file: one module for each part of `spec`, and the document that holds them. */
export * from './actions';
export * from './facts';
export * from './policy';
export { verifySchema } from './verify';
