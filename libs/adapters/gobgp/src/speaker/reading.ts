import type { ServiceError } from '@grpc/grpc-js';
import { parsePrefix } from '@weir/contracts';
import { gobgp } from '@weir/proto-gen';
import { announcementPath } from '../announcement';
import { candidatePathPath } from '../sr-policy';
import type { RpcResult, SpeakerClient } from './client';
import { decodePath } from './decode';
import { familyOf } from './encode';
import { decodeSrPolicy, srFamilyOf } from './sr-policy-wire';

/** What a speaker holds that was added by its API; what it learned from neighbours is left out. */
export interface Reading {
  /** Text of each announcement and candidate path of ours, by its leaf. */
  readonly own: ReadonlyMap<string, string>;
  /** Paths of others, counted by prefix. */
  readonly others: ReadonlyMap<string, number>;
}

/** Which paths to read; all SR policies or none, as they cannot be asked for one by one. */
export interface Selection {
  /** Null: all of them. */
  readonly prefixes: readonly string[] | null;
  readonly srPolicies: boolean;
}

/** The deadline holds for each family. */
export async function readPaths(
  client: SpeakerClient,
  { prefixes, srPolicies }: Selection,
  timeoutMs: number,
): Promise<RpcResult<Reading>> {
  const own = new Map<string, string>();
  const others = new Map<string, number>();
  for (const family of [4, 6] as const) {
    const wanted = prefixes?.filter((prefix) => isOf(prefix, family)) ?? null;
    // Without a prefix the speaker would send all of them.
    if (wanted?.length === 0) continue;
    const listed = await client.listPaths(familyOf(family), wanted, timeoutMs);
    if (!listed.ok) return listed;
    try {
      for (const path of listed.value) take(path, own, others);
    } catch (cause) {
      return { ok: false, error: unreadable(cause) };
    }
  }
  if (srPolicies) {
    const read = await readSrPolicies(client, own, timeoutMs);
    if (!read.ok) return read;
  }
  return { ok: true, value: { own: sorted(own), others: sorted(others) } };
}

async function readSrPolicies(
  client: SpeakerClient,
  own: Map<string, string>,
  timeoutMs: number,
): Promise<RpcResult<void>> {
  for (const family of [4, 6] as const) {
    const listed = await client.listPaths(srFamilyOf(family), null, timeoutMs);
    if (!listed.ok) return listed;
    try {
      for (const path of listed.value) {
        const local = decodeSrPolicy(path);
        if (local !== null) own.set(candidatePathPath(local), local.text);
      }
    } catch (cause) {
      return { ok: false, error: unreadable(cause) };
    }
  }
  return { ok: true, value: undefined };
}

/** The speaker lists the best path first, which changes; the same content is the same image. */
const sorted = <Value>(map: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
  new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

function isOf(prefix: string, family: 4 | 6): boolean {
  const parsed = parsePrefix(prefix);
  return parsed.ok && parsed.network.family === family;
}

function take(path: gobgp.Path, own: Map<string, string>, others: Map<string, number>): void {
  const local = decodePath(path);
  if (local === null) return;
  if (local.own) own.set(announcementPath(local), local.text);
  else others.set(local.prefix, (others.get(local.prefix) ?? 0) + 1);
}

/** INTERNAL: an answer came, but nobody can say what it means. */
function unreadable(cause: unknown): ServiceError {
  const details = `the answer cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  return Object.assign(new Error(details), { code: 13, details }) as ServiceError;
}

/** How the speaker's neighbours are, as one: the worst session, and the fewest paths sent. */
export interface Neighbours {
  readonly session: string;
  readonly sendMax: Readonly<Record<4 | 6, number>>;
  /** Whether all sessions carry SR policies of the family. */
  readonly srPolicies: Readonly<Record<4 | 6, boolean>>;
}

export function neighboursOf(peers: readonly gobgp.Peer[]): Neighbours {
  const states = peers.map((peer) => peer.state?.sessionState ?? 0);
  const worst = Math.min(...states, gobgp.PeerState_SessionState.ESTABLISHED);
  const name = gobgp.PeerState_SessionState[worst] ?? 'unknown';
  return {
    session: peers.length === 0 ? 'without a neighbour' : name.toLowerCase(),
    sendMax: { 4: sendMaxOf(peers, 4), 6: sendMaxOf(peers, 6) },
    srPolicies: { 4: carrySrPolicies(peers, 4), 6: carrySrPolicies(peers, 6) },
  };
}

function sendMaxOf(peers: readonly gobgp.Peer[], family: 4 | 6): number {
  const { afi, safi } = familyOf(family);
  const of = peers.flatMap((peer) =>
    peer.afiSafis
      .filter(({ config }) => config?.family?.afi === afi && config.family.safi === safi)
      .map(({ addPaths }) => addPaths?.config?.sendMax ?? 0),
  );
  return of.length === 0 ? 0 : Math.min(...of);
}

function carrySrPolicies(peers: readonly gobgp.Peer[], family: 4 | 6): boolean {
  const { afi, safi } = srFamilyOf(family);
  const carries = ({ afiSafis }: gobgp.Peer): boolean =>
    afiSafis.some(({ config }) => config?.family?.afi === afi && config.family.safi === safi);
  return peers.length > 0 && peers.every(carries);
}
