import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { GnmiError, GrpcStatus } from '@weir/gnmi';

/**
 * Checks the metadata `username` and `password` (specification 3.1).
 * @throws GnmiError UNAUTHENTICATED
 */
export function authenticate(
  metadata: Metadata,
  credentials: { readonly username: string; readonly password: string } | null,
): void {
  if (credentials === null) return;
  const same = (key: string, expected: string): boolean => {
    const [given] = metadata.get(key);
    return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
  };
  // Both are compared always, so that timing does not tell which one was wrong.
  const known = [same('username', credentials.username), same('password', credentials.password)];
  if (known.includes(false))
    throw new GnmiError(GrpcStatus.UNAUTHENTICATED, 'username or password is missing or wrong');
}

/** Equal length for timingSafeEqual. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
