import type { ServiceError } from '@grpc/grpc-js';
import { ok, refuse, type Result } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff, Topology } from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer, Timers } from '@weir/core/ports';
import { neighboursOf, type Reading, type RpcResult, type TlsAuthorities } from '../speaker';
import { applySet } from './apply-set';
import { imageOf } from './image';
import { SpeakerSession, type SpeakerEvent } from './speaker-session';
import type { ViewStore } from './view-store';
import { SpeakerWatch } from './watch';

export interface GobgpWriterOptions {
  /** Devices without `bgp` are left to other writers. */
  readonly topology: Topology;
  readonly store: ViewStore;
  readonly timers: Timers;
  /** Default: those of the system. */
  readonly authorities?: TlsAuthorities;
  readonly onEvent?: (event: SpeakerEvent) => void;
}

const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;

const NOTHING_PENDING: SetAnswer = {
  kind: 'refused',
  grpcCode: FAILED_PRECONDITION,
  message: 'a speaker has no commit to wait for',
};

/**
 * Writes and reads the announcements of speakers. A path that a speaker lost by a restart comes
 * back by itself; whatever else is different from what was written is left as found.
 */
export class GobgpWriter implements DeviceWriter {
  private readonly sessions = new Map<DeviceId, SpeakerSession>();
  private readonly watches: SpeakerWatch[] = [];

  constructor(options: GobgpWriterOptions) {
    const { topology, store, timers } = options;
    const authorities = options.authorities ?? (() => null);
    const onEvent = options.onEvent ?? (() => undefined);
    for (const { id: device, bgp: speaker } of topology.devices.values()) {
      if (speaker === undefined) continue;
      const session = new SpeakerSession({ device, speaker, store, authorities, timers, onEvent });
      this.sessions.set(device, session);
      const watch = new SpeakerWatch(session);
      this.watches.push(watch);
      watch.start();
    }
  }

  readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    return this.read(device, timeoutMs);
  }

  async readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    if (paths.length === 0) return ok([]);
    const image = await this.read(device, timeoutMs);
    if (!image.ok) return image;
    return ok(paths.map((path) => ({ path, value: image.value.get(path) ?? null })));
  }

  /** BGP has no commit that undoes itself. */
  probeCommitConfirmed(): Promise<Result<boolean>> {
    return Promise.resolve(ok(false));
  }

  async set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    const session = this.sessions.get(device);
    if (session === undefined) return { kind: 'refused', grpcCode: NOT_FOUND, message: noSpeaker };
    if (commit !== null) {
      const message = 'a speaker cannot undo a Set by itself; nothing was sent';
      return { kind: 'refused', grpcCode: UNIMPLEMENTED, message };
    }
    return session.exclusively(() => applySet(session, leaves, timeoutMs));
  }

  confirm(): Promise<SetAnswer> {
    return Promise.resolve(NOTHING_PENDING);
  }

  cancel(): Promise<SetAnswer> {
    return Promise.resolve(NOTHING_PENDING);
  }

  /** What is announced stays announced. */
  close(): Promise<void> {
    for (const watch of this.watches) watch.close();
    for (const session of this.sessions.values()) session.close();
    return Promise.resolve();
  }

  private read(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    const session = this.sessions.get(device);
    if (session === undefined)
      return Promise.resolve(refuse('device-unknown', device, `${noSpeaker}.`));
    return session.exclusively(async () => {
      const reading = await session.inSync(timeoutMs);
      if (!reading.ok) return unread(device, reading.error);
      return this.withNeighbours(device, session, reading.value, timeoutMs);
    });
  }

  private async withNeighbours(
    device: DeviceId,
    session: SpeakerSession,
    reading: Reading,
    timeoutMs: number,
  ): Promise<Result<ConfigImage>> {
    const peers: RpcResult<Parameters<typeof neighboursOf>[0]> = await session.heard(
      session.client.listPeers(timeoutMs),
    );
    if (!peers.ok) return unread(device, peers.error);
    return ok(imageOf(session.parts.speaker, reading, neighboursOf(peers.value)));
  }
}

const noSpeaker = 'the topology names no BGP speaker for it';

function unread(device: DeviceId, error: ServiceError): Result<never> {
  const said = error.details || error.message;
  if ((error.code as number) === UNIMPLEMENTED)
    return refuse('device-rejected', device, `The speaker has no API of GoBGP 3.x: ${said}.`);
  return refuse('device-unreachable', device, `The BGP speaker does not answer: ${said}.`);
}
