import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal, Role } from './principal';

export interface AccessToken {
  readonly name: string;
  readonly role: Role;
  readonly token: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
const BEARER = /^Bearer +([!-~]+)$/i;

/**
 * Static bearer tokens (RFC 6750). Without any token every caller is the anonymous admin, which
 * the daemon allows on loopback addresses only.
 */
export class TokenAuthenticator {
  private readonly known: readonly { readonly principal: Principal; readonly hash: Buffer }[];

  constructor(tokens: readonly AccessToken[]) {
    this.known = tokens.map(({ name, role, token }) => ({
      principal: { name, role },
      hash: digest(token),
    }));
  }

  get anonymous(): boolean {
    return this.known.length === 0;
  }

  /** The caller behind an `Authorization` header, or null when it carries no valid credential. */
  authenticate(authorization: string | undefined): Principal | null {
    if (this.anonymous) return { name: 'anonymous', role: 'admin' };
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const given = digest(token);
    // Every token is compared, in constant time: neither length nor position is told.
    let found: Principal | null = null;
    for (const { principal, hash } of this.known) {
      if (timingSafeEqual(hash, given)) found ??= principal;
    }
    return found;
  }
}
