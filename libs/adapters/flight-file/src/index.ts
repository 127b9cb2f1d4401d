/**
 * Flight recordings as files: what the engine was given around each change, bounded in number and
 * size, so that any decision can be replayed bit for bit.
 */
export {};
