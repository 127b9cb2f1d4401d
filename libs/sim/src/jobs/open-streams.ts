import type { Member, Stream } from '../sharing/stream';
import { bundle, prefixOf, type Coarseness } from './connections';
import type { JobContext, JobSpec } from './job';

/** Open streams seldom hold each other back, so that fewer of them tell as much. */
const OPEN: Coarseness = { exact: 128, most: 128 };

export interface Pair {
  readonly source: string;
  readonly destination: string;
}

/** All sources with all destinations, but none with itself. */
export function pairsOf(sources: readonly string[], destinations: readonly string[]): Pair[] {
  return sources.flatMap((source) =>
    destinations
      .filter((destination) => destination !== source)
      .map((destination) => ({ source, destination })),
  );
}

/**
 * Many small flows of each pair over all its paths, as members of as few streams as tell the truth.
 * A path that takes a third of a pair's flows has a third of its connections, so that one rate per
 * connection suits all.
 */
export function spreadMembers(
  pairs: readonly Pair[],
  connections: number,
  context: JobContext,
): readonly (readonly Member[])[] {
  const members = pairs.flatMap(({ source, destination }) =>
    context.routing.spread(source, destination).map(({ channels, fraction }) => ({
      source,
      destination,
      prefix: prefixOf(destination, context),
      channels,
      connections: connections * fraction,
    })),
  );
  const groups = bundle(
    members.map(({ channels }) => channels),
    members.map(({ destination }) => destination),
    OPEN,
  );
  return groups.map((indices) => indices.map((index) => members[index] as Member));
}

export function openStream(
  members: readonly Member[],
  demandBps: number,
  burst: Stream['burst'],
  spec: JobSpec,
  context: JobContext,
): Stream {
  return {
    workload: spec.name,
    queue: context.queue,
    members,
    kind: 'open',
    control: spec.control,
    demandBps: Math.min(demandBps, spec.hostLimitBps ?? Infinity),
    burst,
  };
}
