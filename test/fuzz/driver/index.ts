/**
 * What every fuzzed door shares: how inputs are made from seeds, run, judged, counted, kept and
 * replayed. A door is one place where bytes or text come in from outside; its own file says what
 * its inputs are made of and what a right answer is. Here is what holds at every door: nothing
 * throws but what the door expects, no promise is left rejected, no prototype is touched, good
 * input is still taken afterwards, and memory does not grow.
 */
export * from './corpus';
export * from './door';
export * from './input-text';
export * from './run-door';
export * from './watch';
