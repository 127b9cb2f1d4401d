import type { PathObservation } from '@weir/core/ports';

/** A link with fewer than this share of all votes is not accused (007, section 5.2). */
const MIN_SHARE = 0.01;

/**
 * Links by the votes of what was lost: each flow with a loss votes for the links of its path in equal
 * parts. The link with the most votes is taken, what went over it is explained and votes no more, and
 * so on, until no link has a hundredth of all votes (007, Arzani et al., NSDI 2018, algorithm 1).
 */
export function votedLinks(
  observations: readonly PathObservation[],
): readonly { readonly link: number; readonly votes: number }[] {
  let open = observations.filter(({ lost }) => lost > 0);
  const all = open.length;
  const accused: { link: number; votes: number }[] = [];
  for (;;) {
    const votes = new Map<number, number>();
    for (const { paths } of open)
      for (const { links, share } of paths)
        for (const link of links) votes.set(link, (votes.get(link) ?? 0) + share / links.length);
    let most = { link: -1, votes: 0 };
    for (const [link, count] of votes) if (count > most.votes) most = { link, votes: count };
    if (most.link === -1 || most.votes < MIN_SHARE * all) return accused;
    accused.push(most);
    open = open.filter(({ paths }) => !paths.some(({ links }) => links.includes(most.link)));
  }
}
