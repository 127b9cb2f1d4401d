import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pem from '../../../../test/support/certificates';
import { catalog } from '../wiring/catalog';
import { bootErrorText } from './boot-error';
import { loadConfig } from './load-config';
import { loadSite } from './load-site';
import { loadSecrets } from './secrets';

const TOPOLOGY = `
apiVersion: weir.dev/v1
kind: Topology
metadata: { name: small }
spec:
  defaults: { queues: { real-time-inference: rt, training: train } }
  devices:
    - { name: leaf1, role: leaf, interfaces: { eth10: { capacity: 100G } }, address: '127.0.0.1:9339' }
    - { name: leaf2, role: leaf, interfaces: { eth10: { capacity: 100G } }, address: '127.0.0.1:9340' }
    - { name: spine1, role: spine, address: '127.0.0.1:9341' }
  links:
    - { a: 'leaf1:eth1', b: 'spine1:eth1', capacity: 100G }
    - { a: 'leaf2:eth1', b: 'spine1:eth2', capacity: 100G }
  endpoints:
    - { name: h1, attachedTo: 'leaf1:eth10', prefix: 10.0.1.0/24, labels: { app: chat } }
    - { name: h2, attachedTo: 'leaf2:eth10', prefix: 10.0.2.0/24 }
`;
const CONFIG = `
apiVersion: weir.dev/v1
kind: ControllerConfig
spec:
  topology: topology.yaml
`;
const DRAIN = `
apiVersion: weir.dev/v1
kind: Drain
metadata: { name: spine1-out }
spec: { device: spine1 }
`;

describe('the files of a site', () => {
  let dir: string;
  const write = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  const load = (config: string) => {
    const loaded = loadConfig(write('controller.yaml', config));
    return loaded.ok ? loadSite(loaded.value, catalog) : loaded;
  };
  const complaint = (config: string): string => {
    const site = load(config);
    return site.ok ? 'ok' : bootErrorText(site.error).replaceAll(`${dir}/`, '');
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-site-'));
    write('topology.yaml', TOPOLOGY);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it('is loaded relative to the configuration, with the built-in policy', () => {
    const site = load(CONFIG);
    if (!site.ok) throw new Error(bootErrorText(site.error));
    expect(site.value.topology.devices.size).toBe(3);
    expect(site.value.policy.rules.length).toBeGreaterThan(0);
    expect(site.value.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('names the field of a speaker that two routers share, and of one that is open to all', () => {
    const router = (bgp: string) =>
      `profile: gobgp, bgp: { address: '${bgp}', nextHops: { eth1: 10.1.1.1 } }, address`;
    const steered = (first: string, second: string) =>
      TOPOLOGY.replace('address', router(first)).replace(
        /(leaf2.*?), address/,
        `$1, ${router(second)}`,
      );
    write('topology.yaml', steered('127.0.0.1:50051', 'unix:///run/gobgpd/leaf2.sock'));
    expect(complaint(CONFIG)).toBe('ok');
    write('topology.yaml', steered('127.0.0.1:50051', '127.0.0.1:50051'));
    expect(complaint(CONFIG)).toMatch(/spec\.devices\[1\]\.bgp\.address: .*leaf1 already/);
    write('topology.yaml', steered('10.9.9.9:50051', '127.0.0.1:50051'));
    expect(complaint(CONFIG)).toMatch(/spec\.devices\[0\]\.bgp\.tls: required/);
  });

  it('has another hash when any file has changed', () => {
    const hashes = new Set<string>();
    const remember = (config: string): void => {
      const site = load(config);
      if (!site.ok) throw new Error(bootErrorText(site.error));
      hashes.add(site.value.hash);
    };
    remember(CONFIG);
    write('topology.yaml', TOPOLOGY.replace('capacity: 100G', 'capacity: 40G'));
    remember(CONFIG);
    write('drain.yaml', DRAIN);
    remember(`${CONFIG}  intents: [drain.yaml]\n`);
    expect(hashes.size).toBe(3);
  });

  it.each([
    [
      'no topology',
      CONFIG.replace('topology: topology.yaml', 'tickMs: 500'),
      /^controller.yaml: spec.topology: required \(config-invalid\)$/,
    ],
    ['an unknown field', `${CONFIG}  tikMs: 5\n`, /spec\.tikMs: .*did you mean "tickMs"/],
    ['bad YAML', `${CONFIG}  roles: [api\n`, /line \d+, column \d+/],
    ['split roles without redis', `${CONFIG}  roles: [api]\n`, /spec\.roles: .*redis/],
    ['a port out of range', `${CONFIG}  api: { http: { port: 70000 } }\n`, /spec\.api\.http\.port/],
    [
      'an open API without tokens',
      `${CONFIG}  api: { http: { host: 0.0.0.0 } }\n`,
      /spec\.api\.http\.host: .*loopback/,
    ],
    [
      'a missing topology file',
      CONFIG.replace('topology.yaml', 'none.yaml'),
      /^controller.yaml: spec.topology: cannot read none.yaml: no such file/,
    ],
    [
      'a missing policy file',
      `${CONFIG}  policy: none.yaml\n`,
      /^controller.yaml: spec.policy: cannot read none.yaml/,
    ],
    [
      'a missing intent file',
      `${CONFIG}  intents: [none.yaml]\n`,
      /spec.intents\[0\]: cannot read none.yaml/,
    ],
  ])('refuses %s, naming file and field', (_, config, message) => {
    expect(complaint(config)).toMatch(message);
  });

  it('refuses a topology, a policy or an intent by its own file and field', () => {
    write('topology.yaml', TOPOLOGY.replace("b: 'spine1:eth1'", "b: 'spine9:eth1'"));
    expect(complaint(CONFIG)).toMatch(
      /^topology\.yaml: spec\.links\[0\]\.b: .*\(topology-invalid\)$/,
    );
    write('topology.yaml', TOPOLOGY.replace('role: spine', 'role: spine, profile: junos'));
    expect(complaint(CONFIG)).toMatch(/^topology\.yaml: .*"junos".*openconfig/);
    write('topology.yaml', TOPOLOGY);
    write(
      'policy.yaml',
      catalog.defaultPolicyText.replace(/when: .*/, 'when: path.maxUtilisation > 0.8'),
    );
    expect(complaint(`${CONFIG}  policy: policy.yaml\n`)).toMatch(
      /^policy\.yaml: spec\.rules\[0\]\.when: /,
    );
    write('drain.yaml', DRAIN.replace('spine1 }', 'spine9 }'));
    expect(complaint(`${CONFIG}  intents: [drain.yaml]\n`)).toMatch(/^drain\.yaml: spec\.device: /);
    write('drain.yaml', `${DRAIN}---${DRAIN.replace('Drain', 'Drian')}`);
    expect(complaint(`${CONFIG}  intents: [drain.yaml]\n`)).toMatch(/document 2: kind: .*Drian/);
  });

  const API_TLS = `${CONFIG}  api: { tls: { certFile: cert.pem, keyFile: key.pem, clientCaFile: ca.pem } }
  telemetry: { otlp: { tls: { certFile: cert.pem, keyFile: key.pem } } }
  southbound: { tls: { mode: mutual, caFile: ca.pem, certFile: cert.pem, keyFile: key.pem } }\n`;
  it.each([
    [
      'api: { tls: { certFile: cert',
      'api: { tls: { certFile: none',
      /^controller.yaml: spec.api.tls.certFile: cannot read/,
    ],
    [
      'api: { tls: { certFile: cert',
      'api: { tls: { certFile: key',
      /: spec.api.tls.certFile: key.pem: there is no PEM cer/,
    ],
    [
      'cert.pem, keyFile: key.pem, clientCaFile: ca',
      'cert.pem, keyFile: key.pem, clientCaFile: key',
      /: spec.api.tls.clientCaFile: key.pem: /,
    ],
    [
      'keyFile: key.pem, clientCaFile',
      'keyFile: other.pem, clientCaFile',
      /: spec.api.tls.keyFile: other.pem: it is not the key of the certificate \(config-invalid\)$/,
    ],
    [
      'otlp: { tls: { certFile: cert.pem, keyFile: key',
      'otlp: { tls: { certFile: cert.pem, keyFile: other',
      /: spec.telemetry.otlp.tls.keyFile: other.pem: it is not the key/,
    ],
    [
      'caFile: ca.pem, certFile: cert.pem, keyFile: key',
      'caFile: ca.pem, certFile: cert.pem, keyFile: other',
      /: spec.southbound.tls.keyFile: other.pem: it is not the key/,
    ],
  ])('holds certificates and keys to each other: %s -> %s', (from, to, message) => {
    for (const [name, text] of [
      ['ca.pem', pem.CA_CERT],
      ['cert.pem', pem.SERVER_CERT],
      ['key.pem', pem.SERVER_KEY],
      ['other.pem', pem.CLIENT_KEY],
    ] as const)
      write(name, String(text));
    const check = (text: string): string => {
      const config = loadConfig(write('controller.yaml', text));
      const secrets = config.ok ? loadSecrets(config.value, {}) : config;
      return secrets.ok ? 'ok' : bootErrorText(secrets.error).replaceAll(`${dir}/`, '');
    };
    expect(check(API_TLS)).toBe('ok');
    expect(check(API_TLS.replace(from, to))).toMatch(message);
  });

  it.each([
    ['{ file: a.jsonl }', '', 'ok'],
    ['{ file: a.jsonl, everyMs: 0 }', '', /spec.journal.anchor.everyMs: /],
    ['{ webhook: { url: "ftp://a/b" } }', '', /spec.journal.anchor.webhook.url: an http or https/],
    ['{ webhook: { url: "https://a/b", headersFile: headers } }', 'X-A: b\n# note\n', 'ok'],
    [
      '{ webhook: { url: "https://a/b", headersFile: none } }',
      '',
      /webhook.headersFile: cannot read none: no such file/,
    ],
    [
      '{ webhook: { url: "https://a/b", headersFile: headers } }',
      'Bearer secret',
      /webhook.headersFile: headers: line 1: expected `Name: value` \(config-invalid\)$/,
    ],
    [
      '{ webhook: { url: "https://a/b", headersFile: headers } }',
      'A: b\nHost: c',
      /line 2: host cannot be set/,
    ],
    [
      '{ webhook: { url: "https://a/b", caFile: headers } }',
      'no certificate',
      /spec.journal.anchor.webhook.caFile: there is no PEM/,
    ],
  ])('checks what the head of the journal is anchored with: %s', (anchor, headers, expected) => {
    write('headers', headers);
    const text = `${CONFIG}  journal: { anchor: ${anchor} }\n`;
    const config = loadConfig(write('controller.yaml', text));
    const secrets = config.ok ? loadSecrets(config.value, {}) : config;
    const said = secrets.ok ? 'ok' : bootErrorText(secrets.error).replaceAll(`${dir}/`, '');
    expect(said).toMatch(expected);
    expect(said).not.toContain('secret');
  });

  it('takes tokens and credentials from the environment, and says which variable is missing', () => {
    const config = loadConfig(
      write(
        'controller.yaml',
        `${CONFIG}  api: { auth: { tokens: [{ name: ann, role: admin, tokenEnv: ANN_TOKEN }] } }
  southbound: { credentials: { usernameEnv: GNMI_USER, passwordEnv: GNMI_PASSWORD } }\n`,
      ),
    );
    if (!config.ok) throw new Error(bootErrorText(config.error));
    const env = { ANN_TOKEN: '0123456789abcdef', GNMI_USER: 'admin', GNMI_PASSWORD: 'x' };
    const secrets = loadSecrets(config.value, env);
    expect(secrets.ok && secrets.value.tokens).toEqual([
      { name: 'ann', role: 'admin', token: '0123456789abcdef' },
    ]);
    const where = (given: Record<string, string>): string => {
      const result = loadSecrets(config.value, given);
      return result.ok ? 'ok' : result.error.where;
    };
    expect(where({ ...env, ANN_TOKEN: 'short' })).toBe('spec.api.auth.tokens[0].tokenEnv');
    expect(where({ ANN_TOKEN: env.ANN_TOKEN })).toBe('spec.southbound.credentials.usernameEnv');
  });
});
