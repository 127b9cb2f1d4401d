import { controllerConfigSchema, isLoopbackHost } from './controller-config';
import { formatIssues } from './issues';

const minimal = {
  apiVersion: 'weir.dev/v1',
  kind: 'ControllerConfig',
  spec: { topology: './topology.yaml' },
};
const withSpec = (fields: object) => ({ ...minimal, spec: { ...minimal.spec, ...fields } });
const issuesOf = (value: unknown) => {
  const parsed = controllerConfigSchema.safeParse(value);
  if (parsed.success) throw new Error('accepted');
  return formatIssues(parsed.error);
};
const token = { name: 'ops', role: 'admin', tokenEnv: 'OPS_TOKEN' };

describe('controller configuration', () => {
  it('needs a topology only', () => {
    const config = controllerConfigSchema.parse(minimal);
    expect(config.spec).toMatchObject({
      roles: ['ingest', 'engine', 'southbound', 'api'],
      topology: './topology.yaml',
      intents: [],
      journal: { dir: '.weir/journal' },
      api: {
        http: { host: '127.0.0.1', port: 8080 },
        grpc: { host: '127.0.0.1', port: 8081 },
        auth: { tokens: [] },
      },
      telemetry: { sampleIntervalMs: 1000, otlp: { host: '127.0.0.1', port: 4317 } },
      southbound: {
        tls: { mode: 'insecure' },
        operationTimeoutMs: 5000,
        keepaliveMs: 30_000,
        commitConfirmed: 'probe',
      },
      tickMs: 500,
      log: { level: 'info' },
    });
    expect(config.spec.redis).toBeUndefined();
  });

  it('splits roles with redis', () => {
    const spec = { roles: ['ingest'], redis: { url: 'redis://127.0.0.1:6379' } };
    expect(controllerConfigSchema.parse(withSpec(spec)).spec.redis?.prefix).toBe('weir');
  });

  it('binds elsewhere with tokens and TLS', () => {
    const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };
    const api = { http: { host: '0.0.0.0' }, tls, auth: { tokens: [token] } };
    expect(controllerConfigSchema.safeParse(withSpec({ api })).success).toBe(true);
  });

  it.each([
    ['another kind', { ...minimal, kind: 'Config' }, 'kind', 'ControllerConfig'],
    ['no topology', { ...minimal, spec: {} }, 'spec.topology', 'required'],
    ['a misspelt field', withSpec({ tick: 5 }), 'spec.tick', 'did you mean "tickMs"?'],
    [
      'a misspelt field below',
      withSpec({ southbound: { tls: { caCert: 'x' } } }),
      'spec.southbound.tls.caCert',
      'unknown field',
    ],
    ['a role without redis', withSpec({ roles: ['api'] }), 'spec.roles', 'set spec.redis'],
    [
      'a role twice',
      withSpec({ roles: ['api', 'api'], redis: { url: 'redis://x' } }),
      'spec.roles',
      'named twice',
    ],
    [
      'an open API without tokens',
      withSpec({ api: { http: { host: '0.0.0.0' } } }),
      'spec.api.http.host',
      'loopback only',
    ],
    [
      'an open gRPC API without tokens',
      withSpec({ api: { grpc: { host: '10.0.0.1' } } }),
      'spec.api.grpc.host',
      'loopback only',
    ],
    [
      'tokens in plain text off loopback',
      withSpec({ api: { grpc: { host: '10.0.0.1' }, auth: { tokens: [token] } } }),
      'spec.api.tls',
      'required, because spec.api.grpc.host (10.0.0.1) is not loopback',
    ],
    [
      'TLS without a key',
      withSpec({ api: { tls: { certFile: 'cert.pem' } } }),
      'spec.api.tls.keyFile',
      'required',
    ],
    [
      'misspelt TLS of OTLP',
      withSpec({
        telemetry: { otlp: { tls: { certFile: 'c', keyFile: 'k', clientCAFile: 'x' } } },
      }),
      'spec.telemetry.otlp.tls.clientCAFile',
      'did you mean "clientCaFile"?',
    ],
    [
      'a token without text',
      withSpec({ api: { auth: { tokens: [{ name: 'a', role: 'admin' }] } } }),
      'spec.api.auth.tokens[0].tokenEnv',
      'exactly one of',
    ],
    [
      'two tokens of one name',
      withSpec({ api: { auth: { tokens: [token, token] } } }),
      'spec.api.auth.tokens[1].name',
      'used twice',
    ],
    [
      'mutual TLS without a key',
      withSpec({ southbound: { tls: { mode: 'mutual', certFile: 'c' } } }),
      'spec.southbound.tls.keyFile',
      'required when mode is mutual',
    ],
    [
      'pings that devices punish',
      withSpec({ southbound: { keepaliveMs: 1000 } }),
      'spec.southbound.keepaliveMs',
      'at least 30000',
    ],
    [
      'a port out of range',
      withSpec({ api: { http: { port: 70_000 } } }),
      'spec.api.http.port',
      '65535',
    ],
    [
      'a redis URL of another kind',
      withSpec({ redis: { url: 'http://x' } }),
      'spec.redis.url',
      'redis://',
    ],
  ])('refuses %s', (_, value, path, message) => {
    const issue = issuesOf(value).find((found) => found.path === path);
    expect(issue?.message).toContain(message);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['127.0.0.1.example.com', false],
    ['::', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});
