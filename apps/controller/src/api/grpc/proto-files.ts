import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

const NORTHBOUND = join('weir', 'v1', 'northbound.proto');

/** The .proto files that ship with the daemon: beside its `dist`, or in the repository. */
function protoRoot(): string | null {
  const candidates = [
    join(__dirname, '..', '..', '..', 'proto'),
    join(__dirname, '..', '..', '..', '..', '..', 'proto'),
  ];
  return candidates.find((root) => existsSync(join(root, NORTHBOUND))) ?? null;
}

/** Definitions for reflection; null when the files were not shipped. */
export function loadNorthboundProto(): PackageDefinition | null {
  const root = protoRoot();
  if (root === null) return null;
  return loadSync(NORTHBOUND, { includeDirs: [root], keepCase: true, longs: String });
}
