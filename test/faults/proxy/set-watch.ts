import { gnmi } from '@weir/proto-gen';
import { DATA, FrameReader } from './h2-frames';

/** A gNMI Set as it passes: what it does and under which commit. */
export interface SetSeen {
  readonly kind: 'write' | 'confirm' | 'cancel';
  /** Empty for a write without commit-confirmed. */
  readonly commitId: string;
  /** Leaves written or deleted. */
  readonly leaves: number;
}

/** What is to happen to the next Set of a kind. */
export interface Trap {
  readonly on: SetSeen['kind'];
  /** Only Sets under a commit id like this; any when absent. */
  readonly under?: RegExp;
  /**
   * `reset-before`: both sides are reset, the device never sees it. `lose-answer`: delivered, and
   * both sides are reset when the device answers. `swallow-answer`: delivered, and this connection
   * says nothing any more.
   */
  readonly fault: 'reset-before' | 'lose-answer' | 'swallow-answer';
}

const GRPC_PREFIX_BYTES = 5;
const MAX_MESSAGE_BYTES = 1 << 20;

/** Reads the requests of one connection and tells of each Set, before its last byte goes on. */
export class SetWatch {
  private readonly frames: FrameReader;
  private readonly parts = new Map<number, Buffer>();

  constructor(private readonly seen: (set: SetSeen, streamId: number) => void) {
    this.frames = new FrameReader(
      true,
      () => undefined,
      ({ type, streamId }, part) => {
        if (type === DATA) this.collect(streamId, part);
      },
    );
  }

  feed(bytes: Buffer): void {
    this.frames.feed(bytes);
  }

  private collect(streamId: number, part: Buffer): void {
    const all = Buffer.concat([this.parts.get(streamId) ?? Buffer.alloc(0), part]);
    const length = all.length < GRPC_PREFIX_BYTES ? Infinity : all.readUInt32BE(1);
    if (length > MAX_MESSAGE_BYTES && length !== Infinity) return;
    if (all.length < GRPC_PREFIX_BYTES + length) {
      this.parts.set(streamId, all);
      return;
    }
    this.parts.delete(streamId);
    const set = asSet(all.subarray(GRPC_PREFIX_BYTES, GRPC_PREFIX_BYTES + length));
    if (set !== null) this.seen(set, streamId);
  }
}

/**
 * Path names are compressed by what went before on the connection, so requests are told apart by
 * their bytes: a Set is what survives decoding and encoding as one, and does something.
 */
function asSet(bytes: Buffer): SetSeen | null {
  let request: gnmi.SetRequest;
  try {
    request = gnmi.SetRequest.decode(bytes);
    if (!Buffer.from(gnmi.SetRequest.encode(request).finish()).equals(bytes)) return null;
  } catch {
    return null; // Another request: fields of other types under the same numbers.
  }
  const leaves = request.delete.length + request.replace.length + request.update.length;
  const commit = request.extension.flatMap(({ ext }) =>
    ext?.$case === 'commit' ? [ext.value] : [],
  )[0];
  const action = commit?.action?.$case;
  if (leaves === 0 && action === undefined) return null;
  const kind = action === 'confirm' || action === 'cancel' ? action : 'write';
  return { kind, commitId: commit?.id ?? '', leaves };
}
