import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff, Topology } from '@weir/core/model';
import type { DeviceProfile, DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';
import { formatPath, GrpcStatus, parsedPath } from '@weir/gnmi';
import { GnmiClient, tlsNow, type TlsSettings, type TransportSettings } from '../client';
import { OpenConfigProfile } from '../profile';
import { bareSet, commitCancel, commitConfirm, commitRequest } from './commit-extension';
import { probeCommitConfirmed } from './commit-probe';
import { readConfig } from './config-reader';
import { setAnswer } from './set-answer';
import { setRequest } from './set-request';

export interface GnmiWriterOptions extends TransportSettings {
  readonly topology: Topology;
  /** Profiles by name, for the managed subtrees; default: `openconfig`. */
  readonly profiles?: ReadonlyMap<string, Pick<DeviceProfile, 'managedPaths'>>;
  /** `never`: devices are treated as if none had commit-confirmed. */
  readonly commitConfirmed?: 'probe' | 'never';
}

interface Session {
  readonly client: GnmiClient;
  /** What it was secured with. */
  readonly tls: TlsSettings;
  /** What the probe found on this connection; null before it. */
  commitConfirmed: boolean | null;
}

/** Writes and reads device configuration by gNMI Get and Set. Nothing is ever sent twice. */
export class GnmiWriter implements DeviceWriter {
  private readonly sessions = new Map<DeviceId, Session>();
  private readonly profiles: ReadonlyMap<string, Pick<DeviceProfile, 'managedPaths'>>;
  private readonly openProbes = new Map<DeviceId, string>();
  private probes = 0;

  constructor(private readonly options: GnmiWriterOptions) {
    this.profiles = options.profiles ?? new Map([['openconfig', new OpenConfigProfile()]]);
  }

  readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    return this.use(device, async ({ client }) => {
      const profile = this.options.topology.devices.get(device)?.profile ?? '';
      const managed = this.profiles.get(profile)?.managedPaths;
      if (managed === undefined)
        return refuse('capability-missing', device, `There is no device profile "${profile}".`);
      return readConfig(client, device, managed, timeoutMs);
    });
  }

  async readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    if (paths.length === 0) return ok([]);
    const places = [...new Set(paths.map(enclosingEntry))];
    const read = await this.use(device, ({ client }) =>
      readConfig(client, device, places, timeoutMs),
    );
    if (!read.ok) return read;
    return ok(paths.map((path) => ({ path, value: read.value.get(path) ?? null })));
  }

  async probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>> {
    if (this.options.commitConfirmed === 'never') return ok(false);
    return this.use(device, async (session) => {
      if (session.commitConfirmed !== null) return ok(session.commitConfirmed);
      const left = this.openProbes.get(device);
      // A probe whose end was not heard may still be pending there, and nobody else knows its id.
      if (left !== undefined) await session.client.set(bareSet(commitCancel(left)), timeoutMs);
      const id = `weir-probe-${process.pid}-${++this.probes}`;
      this.openProbes.set(device, id);
      const found = await probeCommitConfirmed(session.client, device, id, timeoutMs);
      if (!found.ok) return found;
      this.openProbes.delete(device);
      session.commitConfirmed = found.value;
      return found;
    });
  }

  set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    const extension = commit === null ? [] : [commitRequest(commit.id, commit.rollbackMs)];
    return this.send(device, () => setRequest(leaves, extension), timeoutMs);
  }

  confirm(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    return this.send(device, () => bareSet(commitConfirm(commitId)), timeoutMs);
  }

  cancel(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    return this.send(device, () => bareSet(commitCancel(commitId)), timeoutMs);
  }

  close(): Promise<void> {
    for (const { client } of this.sessions.values()) client.close();
    this.sessions.clear();
    return Promise.resolve();
  }

  private async send(
    device: DeviceId,
    request: () => ReturnType<typeof setRequest>,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    const session = this.session(device);
    if (!session.ok) return { kind: 'refused', grpcCode: NOT_SENT, message: session.error.reason };
    const result = await session.value.client.set(request(), timeoutMs);
    if (!result.ok && NO_ANSWER.has(result.error.code)) this.drop(device, session.value);
    return setAnswer(result);
  }

  private async use<T>(
    device: DeviceId,
    run: (session: Session) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const session = this.session(device);
    if (!session.ok) return session;
    const result = await run(session.value);
    if (!result.ok && result.error.code === 'device-unreachable') this.drop(device, session.value);
    return result;
  }

  /** The session of a device, made anew when the certificates are others by now. */
  private session(device: DeviceId): Result<Session> {
    const tls = tlsNow(this.options);
    const known = this.sessions.get(device);
    if (known?.tls === tls) return ok(known);
    if (known !== undefined) this.drop(device, known);
    const address = this.options.topology.devices.get(device)?.address ?? '';
    if (address === '')
      return refuse('device-unknown', device, 'The topology names no management address for it.');
    const session: Session = {
      client: new GnmiClient(address, this.options),
      tls,
      commitConfirmed: null,
    };
    this.sessions.set(device, session);
    this.forgetProbeOnDisconnect(session);
    return ok(session);
  }

  /**
   * The next call takes a connection of its own. A connection on which no answer came may be a
   * silent one, which would swallow the read-back too, and gRPC waits longer and longer before it
   * dials a device again that was away.
   */
  private drop(device: DeviceId, session: Session): void {
    if (this.sessions.get(device) === session) this.sessions.delete(device);
    session.client.close();
  }

  /** The device may come back with other software: what the probe found holds no longer. */
  private forgetProbeOnDisconnect(session: Session): void {
    session.client.onDisconnect(() => {
      session.commitConfirmed = null;
      this.forgetProbeOnDisconnect(session);
    });
  }
}

/** Nothing was heard from the device. */
const NO_ANSWER: ReadonlySet<number> = new Set([
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.UNAVAILABLE,
]);

/** NOT_FOUND: the device is not in the topology, so nothing was sent to anybody. */
const NOT_SENT = 5;

/**
 * Subtree to read for a leaf: its outermost list entry below the module's root list, i.e. one
 * route, one interface, one profile. A leaf that is absent makes a Get of exactly that leaf fail,
 * and one entry is cheap to read.
 */
function enclosingEntry(path: string): string {
  const { elems } = parsedPath(path);
  const skipped = new Set(['network-instance', 'protocol']);
  const at = elems.findIndex((elem) => Object.keys(elem.key).length > 0 && !skipped.has(elem.name));
  return at < 0 ? path : formatPath(elems.slice(0, at + 1));
}
