import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import type { LeafMap } from '@weir/gnmi';
import {
  classifierLeaves,
  limitLeaves,
  merged,
  portLeaves,
} from '../../apps/switch-agent/src/qos/testing/config';
import { leavesOfRoutes } from '../../apps/switch-agent/src/routes/to-leaves';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { queueingOf } from '../../apps/switch-agent/src/testing/queueing';
import { AgentProcess, until } from './agent-process';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`switch-agent-set.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

// Each test starts processes of its own; on a crowded machine that takes its time.
jest.setTimeout(60_000);

const PORT = '/interfaces/interface[name=up1]';
const QUEUES = '/qos/interfaces/interface[interface-id=up1]/output/queues';
const POLICY = '/qos/scheduler-policies/scheduler-policy';

const hops = [
  { index: '0', address: '10.0.0.1', interface: 'up1', weight: 3 },
  { index: '1', address: '10.0.1.1', interface: 'up2', weight: 1 },
];
const ROUTE = { prefix: '10.9.0.0/24', metric: 0, nextHops: hops };
const record = (leaves: LeafMap): Record<string, unknown> => Object.fromEntries(leaves);
const routesWith = (weight: number): Record<string, unknown> =>
  Object.fromEntries(
    leavesOfRoutes([
      { ...ROUTE, nextHops: hops.map((hop) => ({ ...hop, weight: hop.weight * weight })) },
    ]),
  );
const queues = (weights: Readonly<Record<string, number>>): Record<string, unknown> =>
  record(
    merged(
      portLeaves({ port: 'up1', weights }),
      limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
      classifierLeaves('up1', { bulk: [8], priority: [0, 46] }),
    ),
  );

/** Routes, queues and links in one Set. */
const EVERYTHING = {
  ...routesWith(1),
  ...queues({ bulk: 3, priority: 1 }),
  [`${PORT}/config/name`]: 'up1',
  [`${PORT}/config/mtu`]: 1400,
  [`${PORT}/config/description`]: 'to spine1, port 7',
};
const OTHER = {
  ...routesWith(20),
  ...queues({ bulk: 1, priority: 9 }),
  [`${PORT}/config/mtu`]: 1300,
  [`${PORT}/config/description`]: 'elsewhere',
};

describeKernel('one Set over links, queues and routes', () => {
  let agent: AgentProcess;
  let testNumber = 0;
  let args: readonly string[];
  const tc = (...words: string[]): string =>
    execFileSync('tc', ['-n', agent.netns, ...words], { encoding: 'utf8' });
  /** All that the agent may change, as the tools print it. */
  const machine = (): string =>
    [
      agent.kernel(),
      agent.ip('-j', 'link', 'show', 'up1'),
      ...['up1', 'up2'].map((dev) => queueingOf(agent.netns, dev)),
    ].join('\n');
  const commit = (id: string, seconds: number) => ({
    id,
    action: {
      $case: 'commit' as const,
      value: { rollbackDuration: { seconds: BigInt(seconds), nanos: 0 } },
    },
  });

  beforeEach(async () => {
    agent = new AgentProcess(`s${(testNumber += 1)}`);
    const file = join(agent.stateDir, 'agent.yaml');
    writeFileSync(
      file,
      'apiVersion: weir.dev/v1\nkind: SwitchAgentConfig\nspec:\n' +
        '  ports: { up1: { rate: 50M }, up2: { rate: 50M } }\n',
    );
    args = ['--config', file];
    await agent.start(args);
  });
  afterEach(() => agent.dispose());

  it('makes all of it, shows it, and a delete brings the bare machine back', async () => {
    const bare = machine();
    await agent.set(EVERYTHING);
    expect(agent.ip('link', 'show', 'up1')).toContain('mtu 1400');
    expect(agent.ip('link', 'show', 'up1')).toContain('alias to spine1, port 7');
    expect(tc('qdisc', 'show', 'dev', 'up1')).toContain('htb');
    expect(agent.ip('route', 'show', '10.9.0.0/24')).toContain('nhid');
    const port = await agent.get(PORT);
    expect(port.get(`${PORT}/state/mtu`)).toEqual(port.get(`${PORT}/config/mtu`));
    expect(port.get(`${PORT}/state/description`)).toBe('to spine1, port 7');
    expect(port.get(`${PORT}/ethernet/state/port-speed`)).toBe('SPEED_UNKNOWN');
    const state = await agent.get(QUEUES);
    expect(state.has(`${QUEUES}/queue[name=bulk]/state/transmit-octets`)).toBe(true);
    expect((await agent.capabilities()).supportedModels.map((model) => model.name)).toContain(
      'openconfig-qos',
    );
    await agent.set({}, { deletes: ['/interfaces', '/qos', '/network-instances'] });
    expect(machine()).toBe(bare);
  });

  it('changes nothing when the last part is refused by the kernel', async () => {
    await agent.set(EVERYTHING);
    const before = machine();
    const config = [...(await agent.get('/'))].filter(([path]) => path.includes('/config/'));
    const bad = record(
      new Map(
        leavesOfRoutes([
          {
            prefix: '10.8.0.0/24',
            metric: 0,
            nextHops: [{ index: '0', address: '10.77.0.1', interface: 'up1', weight: 1 }],
          },
        ]),
      ),
    );
    await expect(agent.set({ ...OTHER, ...bad })).rejects.toMatchObject({
      code: status.ABORTED,
      details: expect.stringContaining('static[prefix=10.8.0.0/24]') as string,
    });
    expect(machine()).toBe(before);
    expect([...(await agent.get('/'))].filter(([path]) => path.includes('/config/'))).toEqual(
      config,
    );
  });

  it('converges after a restart, on what was made by hand and what was lost', async () => {
    await agent.set(EVERYTHING);
    const before = machine();
    await agent.kill();
    tc('qdisc', 'del', 'dev', 'up1', 'root');
    agent.ip('link', 'set', 'up1', 'mtu', '9000');
    agent.ip('nexthop', 'flush', 'proto', '87');
    await agent.start(args);
    expect(machine()).toBe(before);
    expect(agent.log).toContain('QoS brought to the configuration');
    expect(agent.log).toContain('link brought back to the configuration');
  });

  it('rolls all of it back when nobody confirms, also when it was killed meanwhile', async () => {
    await agent.set(EVERYTHING);
    const before = machine();
    await agent.set(OTHER, { commit: commit('c1', 1) });
    expect(machine()).not.toBe(before);
    await until('the rollback', () => machine() === before);
    await agent.set(OTHER, { commit: commit('c2', 2) });
    const changed = machine();
    await agent.kill();
    expect(machine()).toBe(changed);
    await agent.start(args);
    await until('the rollback of the restarted agent', () => machine() === before);
  });

  it('undoes a commit although the disk takes nothing, and writes it down later', async () => {
    await agent.set(EVERYTHING);
    const before = machine();
    await agent.set(OTHER, { commit: commit('c1', 1) });
    // The draft of the state file cannot be opened for writing.
    const obstacle = join(agent.stateDir, 'state.json.new');
    mkdirSync(obstacle);
    await until('the rollback', () => machine() === before);
    await until('the agent to say so', () => agent.log.includes('not on disk yet'));
    await expect(agent.set(OTHER)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    rmdirSync(obstacle);
    const accepted = (): Promise<boolean> =>
      agent.set({}).then(
        () => true,
        () => false,
      );
    await until('the commit to be cleared', accepted);
    await agent.kill();
    await agent.start(args);
    expect(machine()).toBe(before);
  });

  it('undoes a commit although a port of it has gone meanwhile', async () => {
    await agent.set(EVERYTHING);
    await agent.set(OTHER, { commit: commit('c1', 60) });
    agent.ip('link', 'del', 'up1');
    await agent.set({}, { commit: { id: 'c1', action: { $case: 'cancel', value: {} } } });
    const port = await agent.get(PORT);
    expect(String(port.get(`${PORT}/config/mtu`))).toBe('1400');
    expect(agent.ip('route', 'show', '10.9.0.0/24')).toContain('up2');
    agent.ip('link', 'add', 'up1', 'type', 'veth', 'peer', 'name', 'peer9');
    for (const name of ['up1', 'peer9']) agent.ip('link', 'set', name, 'up');
    await until('the queues of the new port', () =>
      tc('qdisc', 'show', 'dev', 'up1').includes('5752:'),
    );
    await until('its settings', () => agent.ip('link', 'show', 'up1').includes('mtu 1400'));
  });

  it('tells once what was changed by hand in each part, and shows it in state', async () => {
    await agent.set(EVERYTHING);
    agent.ip('nexthop', 'replace', 'id', '20000', 'group', '10000,7/10001,2', 'proto', '87');
    agent.ip('link', 'set', 'up1', 'mtu', '1200');
    const [line = ''] = /^.*fifo.*$/m.exec(tc('qdisc', 'show', 'dev', 'up1')) ?? [];
    const [, parent = ''] = /parent (\S+)/.exec(line) ?? [];
    tc(
      'qdisc',
      'change',
      'dev',
      'up1',
      'parent',
      parent,
      'handle',
      handleIn(line),
      'bfifo',
      'limit',
      '777777',
    );
    const told = (): string[] =>
      agent.log.split('\n').filter((text) => text.includes('kernel differs'));
    await until('all of it to be told', () =>
      ['10000,7/10001,2', 'mtu', '777777'].every((text) => told().at(-1)?.includes(text) === true),
    );
    const port = await agent.get(PORT);
    expect([port.get(`${PORT}/config/mtu`), port.get(`${PORT}/state/mtu`)].map(String)).toEqual([
      '1400',
      '1200',
    ]);
    const times = told().length;
    for (let i = 0; i < 3; i += 1) await agent.get(PORT);
    expect(told()).toHaveLength(times);
  });

  it('takes a port down and up, and the routes with it', async () => {
    await agent.set(EVERYTHING);
    const before = machine();
    await agent.set({ [`${PORT}/config/enabled`]: false });
    expect(agent.ip('link', 'show', 'up1')).toContain('state DOWN');
    expect(agent.ip('route', 'show', '10.9.0.0/24')).not.toContain('up1');
    await agent.set({}, { deletes: [`${PORT}/config/enabled`] });
    await until('the routes over it again', () => machine() === before);
  });

  it.each([
    [
      { '/interfaces/interface[name=none0]/config/mtu': 1500 },
      'INVALID_ARGUMENT',
      'no interface "none0"',
    ],
    [{ [`${PORT}/config/mtu`]: 20 }, 'INVALID_ARGUMENT', `${PORT}/config/mtu: 20 is below 68`],
    [{ [`${PORT}/config/description`]: 'a"b' }, 'INVALID_ARGUMENT', `${PORT}/config/description`],
    [{ [`${PORT}/config/type`]: 'ethernetCsmacd' }, 'UNIMPLEMENTED', `${PORT}/config/type`],
    [
      { [`${POLICY}[name=x]/schedulers/scheduler[sequence=1]/config/type`]: 'ONE_RATE' },
      'UNIMPLEMENTED',
      POLICY,
    ],
  ] as const)('refuses %j by its path', async (leaves, code, details) => {
    const before = machine();
    await expect(agent.set(leaves)).rejects.toMatchObject({
      code: status[code],
      details: expect.stringContaining(details) as string,
    });
    expect(machine()).toBe(before);
  });

  it('shows the routes of other programs with their next hops and weights', async () => {
    agent.ip(
      'route',
      'add',
      '10.50.0.0/16',
      'proto',
      'bgp',
      'metric',
      '20',
      'nexthop',
      'via',
      '10.0.0.1',
      'dev',
      'up1',
      'weight',
      '3',
      'nexthop',
      'via',
      '10.0.1.1',
      'dev',
      'up2',
      'weight',
      '2',
    );
    agent.ip('nexthop', 'add', 'id', '77', 'via', '10.0.0.1', 'dev', 'up1', 'proto', 'zebra');
    agent.ip('route', 'add', '10.51.0.0/16', 'proto', 'bgp', 'metric', '20', 'nhid', '77');
    const AFTS = '/network-instances/network-instance[name=DEFAULT]/afts';
    const weightsOf = (aft: ReadonlyMap<string, unknown>, prefix: string): readonly string[] => {
      const entry = `${AFTS}/ipv4-unicast/ipv4-entry[prefix=${prefix}]/state`;
      if (aft.get(`${entry}/origin-protocol`) !== 'BGP') return [];
      const group = `${AFTS}/next-hop-groups/next-hop-group[id=${String(aft.get(`${entry}/next-hop-group`))}]/next-hops/`;
      return [...aft].flatMap(([path, value]) => {
        if (!path.startsWith(group) || !path.endsWith('/state/weight')) return [];
        const hop = `${AFTS}/next-hops/${path.slice(group.length, -'/state/weight'.length)}`;
        return [`${String(aft.get(`${hop}/state/ip-address`))} ${String(value)}`];
      });
    };
    const shown = async (): Promise<boolean> => {
      const aft = await agent.get(AFTS);
      return (
        weightsOf(aft, '10.50.0.0/16').join() === '10.0.0.1 3,10.0.1.1 2' &&
        weightsOf(aft, '10.51.0.0/16').join() === '10.0.0.1 1'
      );
    };
    // Reads within some milliseconds share one look at the kernel.
    await until('both routes with their next hops and weights', shown);
  });
});

const handleIn = (line: string): string => /fifo (\S+)/.exec(line)?.[1] ?? '';
