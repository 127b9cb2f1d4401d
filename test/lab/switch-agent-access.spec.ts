import { execFileSync, spawn } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { Authority } from '../support/authority';
import * as certificates from '../support/certificates';
import { AGENT, AgentProcess, until } from './agent-process';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`switch-agent-access.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

// Each test starts processes of its own; on a crowded machine that takes its time.
jest.setTimeout(60_000);

describeKernel('who may talk to the switch agent, and what it may do', () => {
  let agent: AgentProcess;
  let testNumber = 0;
  beforeEach(() => {
    agent = new AgentProcess(`a${(testNumber += 1)}`);
  });
  afterEach(() => agent.dispose());

  function configFile(spec: string): string {
    const file = join(agent.stateDir, 'agent.yaml');
    writeFileSync(file, `apiVersion: weir.dev/v1\nkind: SwitchAgentConfig\nspec:\n${spec}`);
    return file;
  }

  function keep(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(agent.stateDir, name), content);
  }

  it('asks for user name and password when the configuration says so', async () => {
    const config = configFile(
      '  credentials: { usernameEnv: WEIR_USER, passwordEnv: WEIR_PASSWORD }\n',
    );
    await agent.start(['--config', config], { WEIR_USER: 'weir', WEIR_PASSWORD: 'secret' });
    await expect(agent.capabilities()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set('username', 'weir');
    metadata.set('password', 'secret');
    expect((await agent.capabilities(metadata)).gNMIVersion).toMatch(/^0\.10/);
    expect(agent.log).not.toContain('secret');
  });

  it('takes only clients of its authority under mutual TLS', async () => {
    const { CA_CERT, SERVER_CERT, SERVER_KEY, CLIENT_CERT, CLIENT_KEY } = certificates;
    keep({ 'ca.crt': CA_CERT, 'tls.crt': SERVER_CERT, 'tls.key': SERVER_KEY });
    const config = configFile(
      '  tls: { mode: mutual, certFile: tls.crt, keyFile: tls.key, caFile: ca.crt }\n',
    );
    const known = credentials.createSsl(CA_CERT, CLIENT_KEY, CLIENT_CERT);
    await agent.start(['--config', config], {}, known);
    expect((await agent.capabilities()).supportedModels.length).toBeGreaterThan(0);
    await agent.kill();
    await agent.start(['--config', config], {}, credentials.createSsl(CA_CERT));
    await expect(agent.capabilities()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('asks for both the certificate and the password where both are configured', async () => {
    const { CA_CERT, SERVER_CERT, SERVER_KEY, CLIENT_CERT, CLIENT_KEY } = certificates;
    keep({ 'ca.crt': CA_CERT, 'tls.crt': SERVER_CERT, 'tls.key': SERVER_KEY });
    const config = configFile(
      '  tls: { mode: mutual, certFile: tls.crt, keyFile: tls.key, caFile: ca.crt }\n' +
        '  credentials: { usernameEnv: WEIR_USER, passwordEnv: WEIR_PASSWORD }\n',
    );
    const known = credentials.createSsl(CA_CERT, CLIENT_KEY, CLIENT_CERT);
    await agent.start(['--config', config], { WEIR_USER: 'weir', WEIR_PASSWORD: 'secret' }, known);
    await expect(agent.capabilities()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set('username', 'weir');
    metadata.set('password', 'secret');
    expect((await agent.capabilities(metadata)).supportedModels.length).toBeGreaterThan(0);
  });

  it('shows a new certificate without a restart, and keeps the last good one', async () => {
    const [old, fresh] = [new Authority('old'), new Authority('fresh')];
    const first = old.issue({ name: 'switch' });
    keep({ 'tls.crt': first.cert, 'tls.key': first.key });
    const config = configFile('  tls: { mode: tls, certFile: tls.crt, keyFile: tls.key }\n');
    const trusting = (authority: Authority) => credentials.createSsl(Buffer.from(authority.cert));
    await agent.start(['--config', config], {}, trusting(old));
    expect((await agent.capabilities()).supportedModels.length).toBeGreaterThan(0);
    keep({ 'tls.crt': 'no certificate' });
    await until('the refusal', () => agent.log.includes('last good ones stay'));
    const second = fresh.issue({ name: 'switch' });
    keep({ 'tls.crt': second.cert, 'tls.key': second.key });
    await until('the new one', () => agent.log.includes('certificates replaced'));
    expect((await agent.capabilities()).supportedModels.length).toBeGreaterThan(0);
    agent.connect(trusting(fresh));
    expect((await agent.capabilities()).supportedModels.length).toBeGreaterThan(0);
    agent.connect(trusting(new Authority('another')));
    await expect(agent.capabilities()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('needs no privilege but CAP_NET_ADMIN', async () => {
    agent.ip('link', 'set', 'lo', 'up');
    chownSync(agent.stateDir, NOBODY, NOBODY);
    const caps = ['--inh-caps', '--ambient-caps', '--bounding-set'].map(
      (option) => `${option}=-all,+net_admin`,
    );
    const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
    const command = [
      process.execPath,
      AGENT,
      '--listen',
      '127.0.0.1:0',
      '--state-dir',
      agent.stateDir,
    ];
    const argv = ['netns', 'exec', agent.netns, 'setpriv', ...user, ...caps, ...command];
    const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await until('the agent to listen', () => log.includes('listening for gNMI'));
    expect(log).toContain('"nexthopGroups":{"available":true}');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('says what is wrong before it serves anything', () => {
    const run = (...args: string[]): string => {
      try {
        return execFileSync(process.execPath, [AGENT, ...args], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    expect(run('--config', configFile('  pollMs: 5\n'))).toContain(
      'spec.pollMs: must be a whole number',
    );
    expect(run('--listen', '0.0.0.0:9339')).toContain('spec.tls: missing');
    expect(run('--listen', 'nowhere')).toContain('host:port');
    const plain = '  tls: { mode: tls, certFile: a.crt, keyFile: a.key }\n';
    expect(run('--check', '--config', configFile(plain))).toMatch(/spec\.tls\.certFile: .*ENOENT/);
    keep({ 'a.crt': certificates.SERVER_CERT, 'a.key': certificates.CLIENT_KEY });
    expect(run('--check', '--config', configFile(plain))).toContain(
      'spec.tls.keyFile: it is not the key of the certificate',
    );
    expect(run('--check', '--state-dir', agent.stateDir)).toContain('good: answers on');
    const port = '  ports: { up1: { rate: fast } }\n';
    expect(run('--check', '--config', configFile(port))).toContain('spec.ports.up1.rate: must be');
    const groups = '  nexthopGroups: { buckets: 64 }\n';
    expect(run('--check', '--config', configFile(groups))).toContain('only resilient groups');
    writeFileSync(join(agent.stateDir, 'state.json'), '{"formatVersion":1');
    expect(run('--state-dir', agent.stateDir, '--netns', agent.netns)).toContain(
      'state.json: is not JSON',
    );
    expect(run('--help')).toContain('--state-dir <dir>');
  });
});

/** The user without rights of its own on Debian. */
const NOBODY = 65534;
