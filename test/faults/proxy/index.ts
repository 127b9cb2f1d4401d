/**
 * A TCP proxy between two real processes that breaks the network on demand: silence without FIN,
 * cuts in the middle of a message, delay, low rates, one-way loss, and answers that get lost after
 * the request was delivered. It reads along far enough to know a gNMI Set when one passes, so that
 * a fault can strike a Set, a confirm or a cancel; it never changes a byte.
 */
export { FaultProxy, type ProxyOptions } from './fault-proxy';
export { ProxyFleet } from './fleet';
export { type SetSeen, type Trap } from './set-watch';
