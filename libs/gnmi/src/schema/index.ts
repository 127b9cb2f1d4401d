/** The OpenConfig subset as data: lists and their keys, leaves and their types, references. */
export * from './leaf-type';
export * from './schema';
export * from './check';
