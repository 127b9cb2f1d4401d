import type { Member, Stream } from '../sharing/stream';
import type { JobContext, JobSpec } from './job';
import { grayLoss, rateUnderLoss } from './loss';

/** One connection of a job; hashed by its own key, as its ports differ from its neighbours'. */
export interface Connection {
  readonly source: string;
  readonly destination: string;
  /** `<job>/<source>><destination>/<number>` */
  readonly flow: string;
  /** Connections that it stands for. */
  readonly weight: number;
}

export interface RoutedStream {
  readonly stream: Stream;
  readonly connections: readonly Connection[];
}

/** How many streams connections may become before those that share most of their way are one. */
export interface Coarseness {
  /** Up to here every path is a stream of its own; beyond, what shares all but its NIC is one. */
  readonly exact: number;
  /** Beyond this even those that only share the destination are one stream. */
  readonly most: number;
}

const ELASTIC: Coarseness = { exact: 256, most: 1_024 };

/** All of them as one stream that the slowest channel paces; null when one has no path. */
export function routeLockStep(
  connections: readonly Connection[],
  spec: JobSpec,
  context: JobContext,
): RoutedStream | null {
  const members = new Map<string, Member>();
  for (const connection of connections) {
    const channels = pathOf(connection, context);
    if (channels === null) return null;
    addMember(members, connection, channels, context);
  }
  return { stream: elastic([...members.values()], spec, context), connections };
}

/** Streams that each go as fast as their own path lets them, and those that have none. */
export function routeIndependent(
  connections: readonly Connection[],
  spec: JobSpec,
  context: JobContext,
): { readonly routed: readonly RoutedStream[]; readonly stranded: readonly Connection[] } {
  const stranded: Connection[] = [];
  const paths: (readonly number[])[] = [];
  const found: Connection[] = [];
  for (const connection of connections) {
    const channels = pathOf(connection, context);
    if (channels === null) {
      stranded.push(connection);
      continue;
    }
    found.push(connection);
    paths.push(channels);
  }
  const groups = bundle(
    paths,
    found.map(({ destination }) => destination),
    ELASTIC,
  );
  const routed = groups.map((indices) => {
    const members = new Map<string, Member>();
    const own = indices.map((i) => found[i] as Connection);
    own.forEach((connection, at) => {
      addMember(members, connection, paths[indices[at] as number] as number[], context);
    });
    return { stream: elastic([...members.values()], spec, context), connections: own };
  });
  return { routed, stranded };
}

/** Indices of paths that may be one stream: the finest division that is not too many. */
export function bundle(
  paths: readonly (readonly number[])[],
  destinations: readonly string[],
  { exact, most }: Coarseness,
): number[][] {
  const whole = group(paths.map((path) => path.join()));
  if (whole.length <= exact) return whole;
  const afterNic = group(paths.map((path) => path.slice(1).join()));
  return afterNic.length <= most ? afterNic : group(destinations);
}

function group(keys: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  keys.forEach((key, index) => {
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [index]);
    else list.push(index);
  });
  return [...groups.values()];
}

/** Whether a stream was on a channel that is down now: what was on its way is lost. */
export function lostItsPath(stream: Stream, context: JobContext): boolean {
  return stream.members.some(({ channels }) =>
    channels.some((channel) => !context.network.channel(channel).fault.up),
  );
}

export function prefixOf(endpoint: string, context: JobContext): string {
  return context.network.endpoints.get(endpoint)?.spec.prefix ?? '';
}

/** Rate that a sender on this path keeps to by itself, bps: its host's limit, loss on the wire. */
export function ownLimitBps(
  channels: readonly number[],
  spec: JobSpec,
  context: JobContext,
): number {
  const limitBps = spec.hostLimitBps ?? Infinity;
  const lossRatio = grayLoss(context.network, channels);
  if (lossRatio === 0) return limitBps;
  const nic = context.network.channel(channels[0] ?? 0);
  const rttMs = baseRttMs(channels, context);
  return Math.min(limitBps, rateUnderLoss(spec.control, lossRatio, rttMs, nic.lineRateBps));
}

/** There and back on empty queues, ms; propagation alone, for limits that need no more. */
function baseRttMs(channels: readonly number[], context: JobContext): number {
  let us = 0;
  for (const c of channels) us += context.network.channel(c).propagationUs;
  return (2 * us) / 1000;
}

function elastic(members: readonly Member[], spec: JobSpec, context: JobContext): Stream {
  let demandBps = spec.hostLimitBps ?? Infinity;
  for (const { channels } of members) {
    demandBps = Math.min(demandBps, ownLimitBps(channels, spec, context));
  }
  return {
    workload: spec.name,
    queue: context.queue,
    members,
    kind: 'elastic',
    control: spec.control,
    demandBps,
    burst: null,
  };
}

function pathOf(connection: Connection, context: JobContext): readonly number[] | null {
  const { source, destination, flow } = connection;
  return context.routing.single(source, destination, flow)?.channels ?? null;
}

function addMember(
  members: Map<string, Member>,
  connection: Connection,
  channels: readonly number[],
  context: JobContext,
): void {
  const { source, destination, weight } = connection;
  const key = `${source}>${destination}:${channels.join()}`;
  const known = members.get(key);
  members.set(
    key,
    known === undefined
      ? {
          source,
          destination,
          prefix: prefixOf(destination, context),
          channels,
          connections: weight,
        }
      : { ...known, connections: known.connections + weight },
  );
}
