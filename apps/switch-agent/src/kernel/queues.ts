import { arrayOf, countField, numberOr, textOr } from './json-fields';

/** One egress queue: a queueing discipline that holds packets itself. */
export interface QueueState {
  readonly dev: string;
  /** `root`, or the class that it serves, e.g. `1:10`. */
  readonly name: string;
  /** Whether its figures are those of the whole port. */
  readonly root: boolean;
  readonly kind: string;
  readonly octets: bigint;
  readonly packets: bigint;
  readonly drops: bigint;
  /** CE marks set here; null where the discipline does not mark. */
  readonly marks: bigint | null;
  readonly backlogBytes: number;
}

/** Disciplines that only pass packets on to their classes, or hold none. */
const NO_QUEUE = new Set(['noqueue', 'ingress', 'clsact', 'mq']);

/**
 * Queues of `tc -j -s qdisc show`: those that nothing hangs below. The root is always reported, as
 * its drops are the port's, even where its classes hold the packets.
 */
export function parseQueues(text: string): readonly QueueState[] {
  return arrayOf(text, 'qdisc').flatMap((row, position) => {
    const at = `qdisc[${position}]`;
    const kind = textOr(row, 'kind', '');
    const root = row['root'] === true;
    const parent = textOr(row, 'parent', '');
    if (NO_QUEUE.has(kind) || (!root && parent === '')) return [];
    const marks = row['marked'] ?? row['ecn_mark'];
    return [
      {
        dev: textOr(row, 'dev', ''),
        name: root ? 'root' : parent,
        root,
        kind,
        octets: countField(row, 'bytes', at),
        packets: countField(row, 'packets', at),
        drops: countField(row, 'drops', at),
        marks: typeof marks === 'number' ? BigInt(marks) : null,
        backlogBytes: numberOr(row, 'backlog', 0),
      },
    ];
  });
}
