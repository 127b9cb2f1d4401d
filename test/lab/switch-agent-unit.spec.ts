import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { limitLeaves, merged, portLeaves } from '../../apps/switch-agent/src/qos/testing/config';
import { leavesOfRoutes } from '../../apps/switch-agent/src/routes/to-leaves';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { BufCurl } from '../interop/buf-curl';
import { AGENT, AgentProcess, until } from './agent-process';

const UNIT = resolve(__dirname, '../../deploy/systemd/weir-switch-agent.service');
const settings = new Map<string, string[]>();
for (const line of readFileSync(UNIT, 'utf8').split('\n')) {
  const [, name = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
  if (name !== '') settings.set(name, [...(settings.get(name) ?? []), value]);
}

const installed = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = ['setpriv', 'strace'].filter((program) => !installed(program));
const skipReason =
  kernelTestSkipReason() ?? (missing.length > 0 ? `${missing.join(', ')} not installed` : null);
if (skipReason !== null) console.warn(`switch-agent-unit.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;
const analyzes = installed('systemd-analyze');
if (!analyzes)
  console.warn('switch-agent-unit.spec: systemd-analyze is not installed, unit unchecked');
// The reason is printed above.
const itAnalyzes = analyzes ? it : it.skip;

jest.setTimeout(120_000);

/** The user without rights of its own on Debian. */
const NOBODY = 65534;

describeKernel('the systemd unit of the switch agent', () => {
  let agent: AgentProcess;
  let child: ChildProcess;
  const trace = (): string => join(agent.stateDir, 'trace');

  /** As systemd would start it: a user without rights, and the capabilities of the unit. */
  function start(): { readonly log: () => string } {
    const capabilities = (settings.get('AmbientCapabilities')?.[0] ?? '')
      .split(' ')
      .map((name) => `+${name.replace('CAP_', '').toLowerCase()}`);
    const sets = ['--inh-caps', '--ambient-caps', '--bounding-set'].map(
      (option) => `${option}=-all,${capabilities.join(',')}`,
    );
    const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
    const argv = [
      ...['netns', 'exec', agent.netns, 'setpriv', ...user, ...sets, '--no-new-privs'],
      ...['strace', '-f', '-qq', '-o', trace(), process.execPath, AGENT],
      ...['--config', join(agent.stateDir, 'agent.yaml')],
    ];
    child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    return { log: () => log };
  }

  beforeAll(async () => {
    agent = new AgentProcess('unit');
    agent.ip('link', 'set', 'lo', 'up');
    writeFileSync(
      join(agent.stateDir, 'agent.yaml'),
      'apiVersion: weir.dev/v1\nkind: SwitchAgentConfig\nspec:\n' +
        `  listen: 127.0.0.1:9339\n  stateDir: ${agent.stateDir}\n  ports: { up1: { rate: 50M } }\n`,
    );
    chownSync(agent.stateDir, NOBODY, NOBODY);
    const { log } = start();
    await until('the agent to listen', () => log().includes('listening for gNMI'), 60_000);
    expect(log()).toContain('"nexthopGroups":{"available":true}');
    expect(log()).toContain('"htb":{"available":true}');
  });
  afterAll(() => agent.dispose());

  it('lets it set links, queues and routes with CAP_NET_ADMIN alone', async () => {
    expect(settings.get('AmbientCapabilities')).toEqual(['CAP_NET_ADMIN']);
    expect(settings.get('CapabilityBoundingSet')).toEqual(['CAP_NET_ADMIN']);
    const curl = new BufCurl('127.0.0.1:9339', agent.netns);
    const hop = { index: '0', address: '10.0.0.1', interface: 'up1', weight: 1 };
    const route = { prefix: '10.9.0.0/24', metric: 0, nextHops: [hop] };
    await curl.set([
      ...leavesOfRoutes([route]),
      ...merged(
        portLeaves({ port: 'up1', weights: { bulk: 3 } }),
        limitLeaves('up1', { bulk: 9e5 }),
      ),
      ['/interfaces/interface[name=up1]/config/name', 'up1'],
      ['/interfaces/interface[name=up1]/config/mtu', 1400],
    ]);
    expect(agent.ip('route', 'show', '10.9.0.0/24')).toContain('nhid');
    expect(agent.ip('link', 'show', 'up1')).toContain('mtu 1400');
    const qdiscs = execFileSync('tc', ['-n', agent.netns, 'qdisc', 'show', 'dev', 'up1']);
    expect(qdiscs.toString()).toMatch(/htb[^]*bfifo/);
    expect(JSON.stringify(await curl.get('/qos/interfaces'))).toContain('transmit-octets');
    await curl.set([], ['/interfaces', '/qos', '/network-instances']);
    expect(agent.ip('link', 'show', 'up1')).toContain('mtu 1500');
  });

  itAnalyzes('lets through every system call that it makes', async () => {
    const ended = new Promise((done) => child.once('close', done));
    for (const pid of execFileSync('ip', ['netns', 'pids', agent.netns], { encoding: 'utf8' })
      .split('\n')
      .filter((text) => text !== ''))
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'node')
        process.kill(Number(pid), 'SIGTERM');
    await ended;
    const allowed = new Set<string>();
    for (const filter of settings.get('SystemCallFilter') ?? []) {
      const denies = filter.startsWith('~');
      for (const name of filter.replace('~', '').split(' '))
        for (const call of callsOf(name)) {
          if (denies) allowed.delete(call);
          else allowed.add(call);
        }
    }
    const made = new Set(
      [...readFileSync(trace(), 'utf8').matchAll(/^\d+ +([a-z_0-9]+)\(/gm)].map((m) => m[1] ?? ''),
    );
    expect(made.size).toBeGreaterThan(20);
    expect([...made].filter((call) => !allowed.has(call))).toEqual([]);
  });

  itAnalyzes('is a unit that systemd understands, and rates as hardened', () => {
    const verified = spawnSync('systemd-analyze', ['verify', UNIT], { encoding: 'utf8' });
    // The program is not where a package puts it on the machine of a test.
    const complaints = verified.stderr
      .split('\n')
      .filter((line) => line !== '' && !line.includes('is not executable'));
    expect(complaints).toEqual([]);
    const rating = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', UNIT],
      { encoding: 'utf8' },
    );
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(rating.stdout)?.[1]);
    expect(exposure).toBeLessThan(2);
  });
});

/** System calls of a group of systemd's, with the groups in it. */
function callsOf(name: string): readonly string[] {
  if (!name.startsWith('@')) return [name];
  const listing = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager', name], {
    encoding: 'utf8',
  });
  return listing.stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(callsOf);
}
