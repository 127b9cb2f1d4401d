/**
 * The head of the journal kept elsewhere, in a file or at a webhook: a chain that was cut or written
 * anew no longer ends, or passes, where it was seen.
 */
export {};
