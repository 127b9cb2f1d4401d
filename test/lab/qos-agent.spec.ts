import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status, type ServiceError } from '@grpc/grpc-js';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import type { LeafMap } from '@weir/gnmi';
import {
  classifierLeaves,
  limitLeaves,
  markingLeaves,
  merged,
  portLeaves,
} from '../../apps/switch-agent/src/qos/testing/config';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { queueingOf } from '../../apps/switch-agent/src/testing/queueing';
import { AgentProcess, until } from './agent-process';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`qos-agent.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

jest.setTimeout(60_000);

const QUEUES = '/qos/interfaces/interface[interface-id=up1]/output/queues';
const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes/static[prefix=10.9.0.0/24]';
const BASE = merged(
  portLeaves({ port: 'up1', weights: { bulk: 3, priority: 1 } }),
  limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
  classifierLeaves('up1', { bulk: [8], priority: [0, 46] }),
);
const WEIGHTS = merged(BASE, portLeaves({ port: 'up1', weights: { bulk: 1, priority: 4 } }));

/** As a client sends them: leaf-lists as lists. */
const sent = (leaves: LeafMap): Record<string, unknown> =>
  Object.fromEntries(
    [...leaves].map(([path, value]) => [
      path,
      path.endsWith('dscp-set') ? (JSON.parse(String(value)) as unknown) : value,
    ]),
  );

const route = (gateway: string): Record<string, unknown> => ({
  [`${STATIC}/config/prefix`]: '10.9.0.0/24',
  [`${STATIC}/next-hops/next-hop[index=0]/config/index`]: '0',
  [`${STATIC}/next-hops/next-hop[index=0]/config/next-hop`]: gateway,
  [`${STATIC}/next-hops/next-hop[index=0]/interface-ref/config/interface`]: 'up1',
});

async function refusal(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error) return error as ServiceError;
  throw error;
}

/** A `tc` that keeps back its second change of a class as long as the flag is there. */
function hangingTc(agent: AgentProcess): {
  readonly env: NodeJS.ProcessEnv;
  readonly flag: string;
} {
  const flag = join(agent.binDir, 'hang');
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const tc = execFileSync('sh', ['-c', 'command -v tc'], { encoding: 'utf8', env: { PATH: path } });
  const lines = [
    '#!/bin/sh',
    'changes=0',
    'while IFS= read -r line; do',
    '  case "$line" in "class change"*) changes=$((changes + 1)) ;; esac',
    `  while [ $changes -eq 2 ] && [ -e '${flag}' ]; do sleep 0.05; done`,
    '  printf "%s\\n" "$line"',
    `done | ${tc.trim()} "$@"`,
  ];
  const script = join(agent.binDir, 'tc');
  writeFileSync(script, `${lines.join('\n')}\n`);
  chmodSync(script, 0o755);
  return { env: { PATH: `${agent.binDir}:${path}` }, flag };
}

describeKernel('QoS of the agent on a real kernel', () => {
  let agent: AgentProcess;
  let testNumber = 0;
  let file = '';
  const kernel = (): string => queueingOf(agent.netns, 'up1');

  beforeEach(() => {
    agent = new AgentProcess(`q${(testNumber += 1)}`);
    file = join(agent.binDir, 'agent.yaml');
    writeFileSync(
      file,
      'apiVersion: weir.dev/v1\nkind: SwitchAgentConfig\nspec:\n  ports:\n    up1: {rate: 50M}\n',
    );
  });
  afterEach(() => agent.dispose());

  it('takes OpenConfig to tc, shows queues by their names, and keeps all of it over a restart', async () => {
    await agent.start(['--config', file]);
    await agent.set(sent(BASE));
    expect(kernel()).toMatch(/class htb 5752:1 .* rate 37500Kbit ceil 50Mbit/);
    const state = await agent.get(QUEUES);
    expect(state.get(`${QUEUES}/queue[name=bulk]/state/name`)).toBe('bulk');
    expect(state.has(`${QUEUES}/queue[name=priority]/state/dropped-pkts`)).toBe(true);
    expect([...state.keys()].join()).not.toContain('name=root');
    const before = kernel();
    await agent.kill();
    execFileSync('tc', ['-n', agent.netns, 'qdisc', 'del', 'dev', 'up1', 'root']);
    await agent.start(['--config', file]);
    expect(kernel()).toBe(before);
  });

  it('is all or nothing over queues and routes', async () => {
    await agent.start(['--config', file]);
    await agent.set({ ...sent(BASE), ...route('10.0.0.1') });
    const before = kernel() + agent.kernel();
    const error = await refusal(agent.set({ ...sent(WEIGHTS), ...route('10.77.0.1') }));
    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toContain('static[prefix=10.9.0.0/24]');
    expect(kernel() + agent.kernel()).toBe(before);
  });

  it('answers what this kernel lacks by UNIMPLEMENTED with the path, and changes nothing', async () => {
    await agent.start(['--config', file]);
    await agent.set(sent(BASE));
    const before = kernel();
    const dynamic =
      '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=b-up1]/queues/queue[name=bulk]/config/dynamic-limit-scaling-factor';
    const never = await refusal(agent.set({ [dynamic]: 1 }));
    expect(never.code).toBe(status.UNIMPLEMENTED);
    expect(never.details).toContain(dynamic);
    expect(kernel()).toBe(before);
    const marking = markingLeaves('up1', 'bulk', {
      'min-threshold': '20000',
      'max-threshold': '60000',
      'enable-ecn': true,
    });
    if (/"red":\{"available":true\}/.test(agent.log)) return;
    const lacking = await refusal(agent.set(sent(marking)));
    expect(lacking.code).toBe(status.UNIMPLEMENTED);
    expect(lacking.details).toMatch(/wred\/uniform\/config\/enable-ecn: .*needs? RED/);
    expect(kernel()).toBe(before);
  });

  it('takes a QoS scheme as Weir renders it: strict first, parts by weight, limits and code points', async () => {
    await agent.start(['--config', file]);
    const named = portLeaves({ port: 'up1', weights: {} });
    const base = new Map([...named].filter(([path]) => path.startsWith('/qos/queues/')));
    await agent.set(sent(base));
    const plain = { strict: false, limitBytes: null, drop: null, ecn: false };
    const queues = [
      { ...plain, queue: 'priority', strict: true, weight: 0, dscp: [46] },
      { ...plain, queue: 'control', weight: 1, dscp: [8] },
      { ...plain, queue: 'bulk', weight: 4, dscp: [0, 18, 26], limitBytes: 250_000 },
    ];
    const scheme = new OpenConfigProfile().renderQos(base, { interface: 'up1', queues });
    if (!scheme.ok) throw new Error(scheme.error.reason);
    const leaves = scheme.value.map(({ path, after }) => [path, after ?? ''] as const);
    await agent.set(sent(new Map(leaves)));
    const text = kernel();
    // One per cent is kept for those that are not strict, in parts of four to one.
    expect(text).toMatch(/class htb 5752:2 .* prio 0 .* rate 49500Kbit ceil 50Mbit/);
    expect(text).toMatch(/class htb 5752:1 .* prio 1 .* rate 400Kbit ceil 50Mbit/);
    expect(text).toMatch(/class htb 5752:3 .* prio 1 .* rate 100Kbit ceil 50Mbit/);
    expect(text).toMatch(/qdisc bfifo 5800: parent 5752:1 limit 250000b/);
    // EF, 46, goes to the strict queue.
    expect(text).toMatch(/flowid 5752:2 not_in_hw\s*\n\s+match 00b80000\/00fc0000 at 0/);
  });

  it('comes back to the configuration kept on disk when killed between two commands', async () => {
    const { env, flag } = hangingTc(agent);
    await agent.start(['--config', file], env);
    await agent.set(sent(BASE));
    const before = kernel();
    writeFileSync(flag, '');
    const lost = agent.set(sent(WEIGHTS)).catch((error: unknown) => error);
    await until('one class of two to be changed', () => kernel() !== before);
    await agent.kill();
    await lost;
    rmSync(flag);
    expect(kernel()).not.toBe(before);
    await agent.start(['--config', file]);
    expect(kernel()).toBe(before);
  });
});
