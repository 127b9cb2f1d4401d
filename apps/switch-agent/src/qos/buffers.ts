import { invalidArgument, unimplemented } from '@weir/gnmi';
import type { LeafReader } from './leaf-reader';
import { bufferQueuePath } from './paths';
import type { WantedLimit } from './wanted';

/**
 * What a queue may hold by a buffer-allocation profile: its dedicated buffer, and the STATIC limit
 * of what it may take of the shared one. Null when the profile does not speak of the queue.
 */
export function readLimit(reader: LeafReader, profile: string, queue: string): WantedLimit | null {
  const at = bufferQueuePath(profile, queue);
  if (!reader.has(at)) return null;
  const size = (leaf: string): bigint => reader.count(`${at}/config/${leaf}`) ?? 0n;
  if (reader.flag(`${at}/config/trim-enable`))
    throw unimplemented(`${at}/config/trim-enable: Linux does not trim packets`);
  const type = reader.text(`${at}/config/shared-buffer-limit-type`);
  if (type !== null && type !== 'STATIC')
    throw unimplemented(
      `${at}/config/shared-buffer-limit-type: ${type} is not offered: Linux has no dynamic ` +
        'threshold; give STATIC and a limit',
    );
  const dedicated = {
    bytes: size('dedicated-buffer'),
    micros: size('dedicated-buffer-temporal'),
  };
  const shared = {
    bytes: size('static-shared-buffer-limit'),
    micros: size('static-shared-buffer-limit-temporal'),
  };
  const sharing = readSharing(reader, at, shared.bytes + shared.micros > 0n);
  const bytes = dedicated.bytes + (sharing ? shared.bytes : 0n);
  const micros = dedicated.micros + (sharing ? shared.micros : 0n);
  if (bytes + micros > 0n) return { at, bytes, micros };
  if (reader.leaves.has(`${at}/config/dedicated-buffer`))
    throw invalidArgument(`${at}/config/dedicated-buffer: 0 holds no packet at all`);
  return null;
}

/** Whether the shared limit counts; a share without a limit is what Linux cannot give. */
function readSharing(reader: LeafReader, at: string, limited: boolean): boolean {
  const path = `${at}/config/use-shared-buffer`;
  const said = reader.text(path);
  if (said === 'false') return false;
  if (said === 'true' && !limited)
    throw unimplemented(
      `${path}: Linux shares no buffer between queues; give a static-shared-buffer-limit too`,
    );
  return limited;
}
