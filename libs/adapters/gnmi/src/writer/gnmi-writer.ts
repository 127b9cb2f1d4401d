import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff, Topology } from '@weir/core/model';
import type { DeviceProfile, DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';
import { formatPath, parsedPath } from '@weir/gnmi';
import { GnmiClient, type TransportSettings } from '../client';
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
  /** What the probe found on this connection; null before it. */
  commitConfirmed: boolean | null;
}

/** Writes and reads device configuration by gNMI Get and Set. Nothing is ever sent twice. */
export class GnmiWriter implements DeviceWriter {
  private readonly sessions = new Map<DeviceId, Session>();
  private readonly profiles: ReadonlyMap<string, Pick<DeviceProfile, 'managedPaths'>>;
  private probes = 0;

  constructor(private readonly options: GnmiWriterOptions) {
    this.profiles = options.profiles ?? new Map([['openconfig', new OpenConfigProfile()]]);
  }

  async readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    const session = this.session(device);
    if (!session.ok) return session;
    const profile = this.options.topology.devices.get(device)?.profile ?? '';
    const managed = this.profiles.get(profile)?.managedPaths;
    if (managed === undefined)
      return refuse('capability-missing', device, `There is no device profile "${profile}".`);
    return readConfig(session.value.client, device, managed, timeoutMs);
  }

  async readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    const session = this.session(device);
    if (!session.ok) return session;
    if (paths.length === 0) return ok([]);
    const places = [...new Set(paths.map(enclosingEntry))];
    const read = await readConfig(session.value.client, device, places, timeoutMs);
    if (!read.ok) return read;
    return ok(paths.map((path) => ({ path, value: read.value.get(path) ?? null })));
  }

  async probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>> {
    if (this.options.commitConfirmed === 'never') return ok(false);
    const session = this.session(device);
    if (!session.ok) return session;
    const { client, commitConfirmed } = session.value;
    if (commitConfirmed !== null) return ok(commitConfirmed);
    const id = `weir-probe-${process.pid}-${++this.probes}`;
    const found = await probeCommitConfirmed(client, device, id, timeoutMs);
    if (found.ok) session.value.commitConfirmed = found.value;
    return found;
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
    return setAnswer(await session.value.client.set(request(), timeoutMs));
  }

  private session(device: DeviceId): Result<Session> {
    const known = this.sessions.get(device);
    if (known !== undefined) return ok(known);
    const address = this.options.topology.devices.get(device)?.address ?? '';
    if (address === '')
      return refuse('device-unknown', device, 'The topology names no management address for it.');
    const session: Session = {
      client: new GnmiClient(address, this.options),
      commitConfirmed: null,
    };
    this.sessions.set(device, session);
    this.forgetProbeOnDisconnect(session);
    return ok(session);
  }

  /** The device may come back with other software: what the probe found holds no longer. */
  private forgetProbeOnDisconnect(session: Session): void {
    session.client.onDisconnect(() => {
      session.commitConfirmed = null;
      this.forgetProbeOnDisconnect(session);
    });
  }
}

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
