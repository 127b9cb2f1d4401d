import { parseHeaders } from '@weir/adapter-journal-anchor';
import { err, ok, type Result } from '@weir/core/base';
import type { AccessToken } from '@weir/nest';
import { pemMistake } from '@weir/tls';
import type { BootRefusal } from './boot-error';
import type { LoadedConfig } from './load-config';
import { readText } from './read-file';
import { loadTls, type Certificates } from './tls-files';

/** What the configuration refers to but does not hold. */
export interface Secrets {
  readonly tokens: readonly AccessToken[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** As they were at the start; the certificate store has those in force. */
  readonly certificates: Certificates;
  /** For the webhook that the head of the journal is posted to. */
  readonly anchor: {
    readonly headers: Readonly<Record<string, string>>;
    readonly ca?: string;
  };
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
  const anchor = anchorOf(config);
  if (!anchor.ok) return anchor;
  return ok({
    tokens: tokens.value,
    credentials: credentials.value,
    certificates: tls.value,
    anchor: anchor.value,
  });
}

function anchorOf({ file, spec }: LoadedConfig): Result<Secrets['anchor'], BootRefusal> {
  const { headersFile, caFile } = spec.journal.anchor?.webhook ?? {};
  const where = 'spec.journal.anchor.webhook.headersFile';
  const code = 'config-invalid';
  let headers: Readonly<Record<string, string>> = {};
  if (headersFile !== undefined) {
    const text = readText(headersFile, code, { file, where });
    if (!text.ok) return text;
    const parsed = parseHeaders(text.value);
    if (!parsed.ok) {
      const reason = `${headersFile}: ${parsed.error.where}: ${parsed.error.reason}`;
      return err({ code, file, where, reason });
    }
    headers = parsed.value;
  }
  if (caFile === undefined) return ok({ headers });
  const ca = readText(caFile, code, { file, where: 'spec.journal.anchor.webhook.caFile' });
  if (!ca.ok) return ca;
  const mistake = pemMistake({ ca: ca.value });
  if (mistake === null) return ok({ headers, ca: ca.value });
  return err({ code, file, where: 'spec.journal.anchor.webhook.caFile', reason: mistake.reason });
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
