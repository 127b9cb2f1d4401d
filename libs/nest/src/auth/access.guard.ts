import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { problem } from '../problem/problem';
import { roleAllows, type Principal, type Role } from './principal';
import { TokenAuthenticator } from './token-authenticator';

const ACCESS = 'weir:access';

/** The role that a handler needs. A handler that says nothing needs `admin`. */
export const RequiresRole = (role: Role) => SetMetadata(ACCESS, role);
/** No credential needed: probes and metrics. */
export const Public = () => SetMetadata(ACCESS, 'public');

interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  principal?: Principal;
}

/** The authenticated caller, as a handler parameter. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal === undefined) throw new Error('a public handler has no caller');
  return principal;
});

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Bearer token and role of every request. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: TokenAuthenticator,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const need = this.reflector.getAllAndOverride<Role | 'public' | undefined>(ACCESS, targets);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (need === 'public') return true;
    if (this.authenticator.anonymous) refuseForeignPage(request);
    const principal = this.authenticator.authenticate(header(request, 'authorization'));
    if (principal === null) {
      const reason = 'Send a valid token as "Authorization: Bearer TOKEN".';
      throw problem('unauthenticated', 'header.authorization', reason);
    }
    const role = need ?? 'admin';
    if (!roleAllows(principal.role, role)) {
      const reason = `${principal.name} has the role ${principal.role}; ${role} is needed.`;
      throw problem('forbidden', 'header.authorization', reason);
    }
    request.principal = principal;
    return true;
  }
}

/**
 * Without tokens the loopback address is the only fence, and a web page in the operator's browser
 * can reach that: by a rebound host name, or by a cross-site request.
 */
function refuseForeignPage(request: GuardedRequest): void {
  const origin = header(request, 'origin');
  const foreign =
    !LOOPBACK_HOST.test(header(request, 'host') ?? '') ||
    (origin !== undefined && !LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, '')));
  if (!foreign) return;
  const reason = 'Without tokens the daemon answers requests for loopback names only.';
  throw problem('forbidden', 'header.host', reason);
}

function header(request: GuardedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
