/**
 * Durable state as text and back: canonical JSON with a format version, written in steps and
 * checked on the way in. A snapshot stands for the records up to its sequence, so folding the rest
 * onto it must give the same state as folding everything; that is the property its spec tests.
 */
export * from './snapshot';
