/**
 * Arbitraries that make hostile input out of good input: values that parsers trip over, bytes with
 * edits, protobuf messages broken inside but whole outside, documents with fields changed, and
 * text as a tired person or an attacker would spoil it.
 */
export * from './bytes';
export * from './document';
export * from './hostile';
export * from './protobuf';
export * from './text';
