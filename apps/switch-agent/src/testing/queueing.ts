import { execFileSync } from 'node:child_process';

/** What a root htb counts although nobody asked for statistics: packets past every class. */
const COUNTER = /(direct_packets_stat"?[ :]+)\d+/g;

/**
 * Disciplines, classes and filters of a port as tc prints them, to be compared byte for byte.
 * Counters are struck: the kernel itself sends (IPv6 neighbour discovery) and they move.
 */
export const queueingOf = (netns: string, dev: string): string =>
  ['qdisc', 'class', 'filter']
    .map((object) =>
      execFileSync('tc', ['-n', netns, '-d', object, 'show', 'dev', dev], { encoding: 'utf8' }),
    )
    .join('\n')
    .replace(COUNTER, '$1-');
