/**
 * Two journals as one. A record counts when both have it, so either alone rebuilds the other: a
 * Redis that was flushed or fell behind, or a directory that was lost, is filled when the pair is
 * opened. Two journals that both have records of their own are never merged: that is for a person.
 */
export { replicate } from './replicate';
export { ReplicatedJournal } from './replicated-journal';
