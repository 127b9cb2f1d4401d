import { assert } from '@weir/core/base';
import type { BgpSpeaker, DeviceId } from '@weir/core/model';
import type { Timers } from '@weir/core/ports';
import { parseAnnouncement, pathKeyOf } from '../announcement';
import { checkLeaf } from '../profile';
import {
  encodePath,
  encodeSrPolicy,
  readPaths,
  SpeakerClient,
  type Reading,
  type RpcResult,
} from '../speaker';
import { parseCandidatePath, policyKeyOf } from '../sr-policy';
import type { TlsAuthorities } from '../speaker';
import type { View, ViewStore } from './view-store';

/** What became known of a speaker; for the log and the metrics. */
export interface SpeakerEvent {
  readonly device: DeviceId;
  /**
   * up, down: its event stream. restored: it had lost its memory, and got back what it held last.
   * drift: somebody else changed a path of ours, which is left as found. left-out: a path was not
   * given back, because it can no longer be announced. view-lost: what it held last is not known.
   */
  readonly kind: 'up' | 'down' | 'restored' | 'drift' | 'left-out' | 'view-lost';
  readonly detail: string;
  /** Paths that the event is about; 0 for up and down. */
  readonly paths: number;
}

export interface SessionParts {
  readonly device: DeviceId;
  readonly speaker: BgpSpeaker;
  readonly store: ViewStore;
  readonly authorities: TlsAuthorities;
  readonly timers: Timers;
  readonly onEvent: (event: SpeakerEvent) => void;
}

/** No answer, or one that says nothing about the request. */
const NO_ANSWER: ReadonlySet<number> = new Set([4, 14]);

/**
 * What one speaker holds of ours, and what it held last.
 *
 * gobgpd keeps what was added by its API in memory only. A list without any use, the mark, is put
 * into it as well: where the mark is gone, the speaker lost its memory, and what it held last is
 * given back before anything else is read or written. Where the mark is there, a path that is
 * missing was withdrawn by somebody, and is left alone.
 */
export class SpeakerSession {
  private view: View | null = null;
  private connection: SpeakerClient | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly parts: SessionParts) {}

  /** One task at a time: reads in the middle of a Set would take it for somebody else's. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const run = this.last.then(task, task);
    // Whoever asked for the task is told of its failure; the next one only waits for its end.
    this.last = run.catch(() => undefined);
    return run;
  }

  get client(): SpeakerClient {
    const { speaker, authorities } = this.parts;
    return (this.connection ??= new SpeakerClient(speaker, authorities));
  }

  /** Everything that is there, after what was lost was given back. Call it exclusively. */
  async inSync(timeoutMs: number): Promise<RpcResult<Reading>> {
    const marked = await this.heard(this.client.hasMark(this.markName, timeoutMs));
    if (!marked.ok) return marked;
    const read = await this.heard(this.everything(timeoutMs));
    if (!read.ok) return read;
    if (marked.value) {
      await this.remember(read.value.own, 'drift');
      return read;
    }
    const restored = await this.heard(this.restore(read.value, timeoutMs));
    if (!restored.ok) return restored;
    const marking = await this.heard(this.client.mark(this.markName, timeoutMs));
    if (!marking.ok) return marking;
    const after = await this.heard(this.everything(timeoutMs));
    if (after.ok) await this.remember(after.value.own, 'expected');
    return after;
  }

  /** On disk before it resolves: what a Set came to is known from then on. */
  async remember(own: View, change: 'expected' | 'drift'): Promise<void> {
    const { device, speaker, store } = this.parts;
    const before = this.view;
    const differing = before === null ? [] : differences(before, own);
    if (before !== null && differing.length === 0) return;
    this.view = own;
    await store.save(device, speaker.address, own);
    if (change === 'drift' && differing.length > 0)
      this.tell('drift', `left as found: ${differing.slice(0, 4).join('; ')}`, differing.length);
  }

  /** The next call takes a connection of its own; a silent one would swallow the read-back too. */
  async heard<T>(call: Promise<RpcResult<T>>): Promise<RpcResult<T>> {
    const result = await call;
    if (!result.ok && NO_ANSWER.has(result.error.code)) this.close();
    return result;
  }

  tell(kind: SpeakerEvent['kind'], detail: string, paths = 0): void {
    this.parts.onEvent({ device: this.parts.device, kind, detail, paths });
  }

  close(): void {
    this.connection?.close();
    this.connection = null;
  }

  /** Whether SR policies are looked at here at all. */
  get withSrPolicies(): boolean {
    return this.parts.speaker.srPolicies === true;
  }

  private everything(timeoutMs: number): Promise<RpcResult<Reading>> {
    const selection = { prefixes: null, srPolicies: this.withSrPolicies };
    return readPaths(this.client, selection, timeoutMs);
  }

  private get markName(): string {
    return `weir-${this.parts.device}`;
  }

  private async restore(present: Reading, timeoutMs: number): Promise<RpcResult<void>> {
    const view = this.view ?? (await this.stored());
    const missing = [...(view ?? [])].filter(([path]) => !present.own.has(path));
    const good = missing.filter(([path, text]) => this.mayRestore(path, text));
    if (good.length > 0) {
      const paths = good.map(([path, text]) => encoded(path, text));
      const added = await this.client.addPaths(paths, timeoutMs);
      if (!added.ok) return added;
      this.tell('restored', `${good.length} paths were lost and are announced again`, good.length);
    }
    return { ok: true, value: undefined };
  }

  private async stored(): Promise<View | null> {
    const { device, speaker, store } = this.parts;
    try {
      return await store.load(device, speaker.address);
    } catch (cause) {
      this.tell('view-lost', cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  /** The file may be older than the topology: what can no longer be announced is left out. */
  private mayRestore(path: string, text: string): boolean {
    const checked = checkLeaf(path, text);
    const key = pathKeyOf(path);
    const parsed = key === null ? null : parseAnnouncement(path, key.prefix, text);
    const hops = [...this.parts.speaker.nextHops.values()].flatMap(({ ipv4, ipv6 }) => [
      ipv4,
      ipv6,
    ]);
    const why = !checked.ok
      ? checked.error.reason
      : policyKeyOf(path) !== null && !this.withSrPolicies
        ? 'the topology does not let Weir announce SR policies here any more'
        : parsed?.ok === true && !hops.includes(parsed.value.nextHop)
          ? `the topology has no next hop ${parsed.value.nextHop} any more`
          : null;
    if (why !== null) this.tell('left-out', `${path}: ${why}`, 1);
    return why === null;
  }
}

/** Both were checked before. */
export function encoded(path: string, text: string) {
  const policy = policyKeyOf(path);
  if (policy !== null) {
    const candidate = parseCandidatePath(path, text);
    assert(candidate.ok, `not a candidate path: ${text}`);
    return encodeSrPolicy(policy, candidate.value);
  }
  const key = pathKeyOf(path);
  assert(key !== null, `not an announcement: ${path}`);
  const parsed = parseAnnouncement(path, key.prefix, text);
  assert(parsed.ok, `not an announcement: ${text}`);
  return encodePath(key, parsed.value);
}

/** In words, one for each leaf. */
function differences(before: View, after: View): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths]
    .filter((path) => before.get(path) !== after.get(path))
    .map(
      (path) => `${path} is ${after.get(path) ?? 'absent'}, was ${before.get(path) ?? 'absent'}`,
    );
}
