import { err, ok, type Result } from '@weir/core/base';
import type { AccessToken } from '@weir/nest';
import type { BootRefusal } from './boot-error';
import type { LoadedConfig } from './load-config';
import { loadTls, type Certificates } from './tls-files';

/** What the configuration refers to but does not hold. */
export interface Secrets {
  readonly tokens: readonly AccessToken[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** As they were at the start; the certificate store has those in force. */
  readonly certificates: Certificates;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Collects secrets from the environment and from files; a missing one is an error of its field. */
export function loadSecrets(config: LoadedConfig, env: Environment): Result<Secrets, BootRefusal> {
  const tokens = tokensOf(config, env);
  if (!tokens.ok) return tokens;
  const credentials = credentialsOf(config, env);
  if (!credentials.ok) return credentials;
  const tls = loadTls(config);
  if (!tls.ok) return tls;
  return ok({ tokens: tokens.value, credentials: credentials.value, certificates: tls.value });
}

const MIN_TOKEN_LENGTH = 16;

function tokensOf(
  { file, spec }: LoadedConfig,
  env: Environment,
): Result<readonly AccessToken[], BootRefusal> {
  const tokens: AccessToken[] = [];
  for (const [i, entry] of spec.api.auth.tokens.entries()) {
    const { name, role, tokenEnv } = entry;
    const token = tokenEnv === undefined ? entry.token : env[tokenEnv];
    if (token === undefined || token.length < MIN_TOKEN_LENGTH) {
      const where = `spec.api.auth.tokens[${i}].${tokenEnv === undefined ? 'token' : 'tokenEnv'}`;
      const reason = `${tokenEnv ?? 'the token'} must hold at least ${MIN_TOKEN_LENGTH} characters`;
      return err({ code: 'config-invalid', file, where, reason });
    }
    tokens.push({ name, role, token });
  }
  return ok(tokens);
}

function credentialsOf(
  { file, spec }: LoadedConfig,
  env: Environment,
): Result<Secrets['credentials'], BootRefusal> {
  const { credentials } = spec.southbound;
  if (credentials === undefined) return ok(null);
  const values: Record<string, string> = {};
  for (const field of ['usernameEnv', 'passwordEnv'] as const) {
    const value = env[credentials[field]];
    if (value === undefined || value === '') {
      const where = `spec.southbound.credentials.${field}`;
      const reason = `the environment variable ${credentials[field]} is not set`;
      return err({ code: 'config-invalid', file, where, reason });
    }
    values[field] = value;
  }
  const { usernameEnv: username = '', passwordEnv: password = '' } = values;
  return ok({ username, password });
}
