/**
 * The only NestJS building blocks of Weir: JSON logs, RFC 9457 problem details, bearer tokens with
 * roles, idempotency keys, schema validation, and an orderly end of the process. Nothing here
 * knows what the daemon does.
 */
export * from './auth/access.guard';
export * from './auth/principal';
export * from './auth/token-authenticator';
export * from './idempotency/idempotency.interceptor';
export * from './idempotency/idempotency-store';
export * from './lifecycle/shutdown';
export * from './log/logger';
export * from './log/nest-logger';
export * from './log/redact';
export * from './problem/denials';
export * from './problem/problem';
export * from './problem/problem.filter';
export * from './validation/schema.pipe';
