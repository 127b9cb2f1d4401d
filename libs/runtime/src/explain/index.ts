/**
 * Why the loop did what it did: the chain from what was observed to how it ended, for one change or
 * one incident, put together from the journal and its fold. Nothing is worked out again and nothing
 * is guessed: what no record says is listed as not recorded.
 */
export { explain } from './explain';
export type * from './explanation';
export type { PolicyOrder } from './rules';
export { readStory, type Story } from './story';
