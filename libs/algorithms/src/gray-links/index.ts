/**
 * Which links lose, from what was lost on whole paths: the smallest set of links that makes the
 * observations most likely, found greedily with the loss of each fitted (Flock, Harsh et al., CoNEXT
 * 2023), and for comparison the votes of lossy flows (007, Arzani et al., NSDI 2018).
 */
export * from './greedy-likelihood';
export * from './votes';
