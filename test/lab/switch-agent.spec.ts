import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { elemsOf, formatPath, plainValue, toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { AgentProcess, until } from './agent-process';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`switch-agent.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

// Each test starts processes of its own; on a crowded machine that takes its time.
jest.setTimeout(60_000);

const DEFAULT = '/network-instances/network-instance[name=DEFAULT]';
const STATIC = `${DEFAULT}/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes`;
const PREFIX = '10.9.0.0/24';
const ROUTE = `${STATIC}/static[prefix=${PREFIX}]`;
const weightPath = (index: number, container = 'config'): string =>
  `${ROUTE}/next-hops/next-hop[index=${index}]/${container}/wecmp-weight`;

/** A route with two next hops; `gateways` may be wrong on purpose. */
function routeLeaves(
  weights: readonly number[],
  gateways = ['10.0.0.1', '10.0.1.1'],
): Record<string, unknown> {
  const leaves: Record<string, unknown> = { [`${ROUTE}/config/prefix`]: PREFIX };
  weights.forEach((weight, index) => {
    const hop = `${ROUTE}/next-hops/next-hop[index=${index}]`;
    leaves[`${hop}/config/index`] = String(index);
    leaves[`${hop}/config/next-hop`] = gateways[index];
    leaves[`${hop}/config/wecmp-weight`] = String(weight);
    leaves[`${hop}/interface-ref/config/interface`] = `up${index + 1}`;
  });
  return leaves;
}

const newWeights = { [weightPath(0)]: '1', [weightPath(1)]: '63' };
const commit = (id: string, ms: number) => ({
  id,
  action: {
    $case: 'commit' as const,
    value: {
      rollbackDuration: { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 },
    },
  },
});

interface Group {
  readonly id: number;
  readonly group?: readonly { readonly id: number; readonly weight?: number }[];
}

describeKernel('the switch agent on a real kernel', () => {
  let agent: AgentProcess;
  let testNumber = 0;
  const weightsInKernel = (): readonly number[] => {
    const groups = JSON.parse(agent.ip('-j', 'nexthop')) as readonly Group[];
    return groups.find((item) => item.group !== undefined)?.group?.map((m) => m.weight ?? 1) ?? [];
  };

  beforeEach(async () => {
    agent = new AgentProcess(`t${(testNumber += 1)}`);
    await agent.start();
    await agent.set(routeLeaves([3, 1]));
  });
  afterEach(() => agent.dispose());

  it('answers with what the kernel holds: routes, weights, links', async () => {
    expect(weightsInKernel()).toEqual([3, 1]);
    const aft = await agent.get(`${DEFAULT}/afts`);
    const entry = `${DEFAULT}/afts/ipv4-unicast/ipv4-entry[prefix=${PREFIX}]/state`;
    const group = String(aft.get(`${entry}/next-hop-group`));
    const weights = [...aft].filter(([path]) =>
      path.startsWith(`${DEFAULT}/afts/next-hop-groups/next-hop-group[id=${group}]/next-hops`),
    );
    expect(aft.get(`${entry}/origin-protocol`)).toBe('STATIC');
    expect(
      weights.filter(([path]) => path.endsWith('/weight')).map(([, value]) => String(value)),
    ).toEqual(['3', '1']);
    const port = await agent.get('/interfaces/interface[name=up1]/state');
    expect(port.get('/interfaces/interface[name=up1]/state/oper-status')).toBe('UP');
    expect(port.has('/interfaces/interface[name=up1]/state/counters/out-octets')).toBe(true);
    const { supportedModels } = await agent.capabilities();
    expect(supportedModels.map((model) => model.name)).toContain('openconfig-local-routing');
  });

  it('reports a link that goes down as it happens, and routes around it', async () => {
    const seen: string[] = [];
    const call = agent.target.subscribe();
    call.on('data', (response: gnmi.SubscribeResponse) => {
      if (response.response?.$case === 'syncResponse') seen.push('sync');
      if (response.response?.$case !== 'update') return;
      const { prefix, update } = response.response.value;
      for (const item of update)
        seen.push(
          `${formatPath([...elemsOf(prefix), ...elemsOf(item.path)])}=${String(plainValue(item.val))}`,
        );
    });
    call.on('error', () => undefined);
    call.write(
      gnmi.SubscribeRequest.fromPartial({
        request: {
          $case: 'subscribe',
          value: {
            mode: gnmi.SubscriptionList_Mode.STREAM,
            encoding: gnmi.Encoding.PROTO,
            subscription: [
              {
                path: toProtoPath('/interfaces/interface[name=up2]/state/oper-status'),
                mode: gnmi.SubscriptionMode.ON_CHANGE,
              },
            ],
          },
        },
      }),
    );
    const at = '/interfaces/interface[name=up2]/state/oper-status';
    await until('sync', () => seen.includes('sync') && seen.includes(`${at}=UP`));
    const before = agent.kernel();
    agent.ip('link', 'set', 'up2', 'down');
    await until('DOWN', () => seen.includes(`${at}=DOWN`));
    expect(weightsInKernel()).toEqual([3]);
    agent.ip('link', 'set', 'up2', 'up');
    await until('the route over up2 again', () => agent.kernel() === before);
    call.cancel();
  });

  it('shows drift made by hand in state, and keeps it apart from the configuration', async () => {
    agent.ip('nexthop', 'replace', 'id', '20000', 'group', '10000,7/10001,2', 'proto', '87');
    await until(
      'the weight in state',
      async () => String((await agent.get(ROUTE)).get(weightPath(0, 'state'))) === '7',
    );
    expect(String((await agent.get(ROUTE)).get(weightPath(0)))).toBe('3');
    expect(agent.log).toContain('kernel differs from the configuration');
    expect(weightsInKernel()).toEqual([7, 2]);
  });

  it('refuses what the kernel refuses, as a whole', async () => {
    const before = agent.kernel();
    const bad = routeLeaves([1, 1], ['10.0.0.1', '10.77.0.1']);
    await expect(agent.set(bad)).rejects.toMatchObject({ code: status.ABORTED });
    await expect(agent.set({ [weightPath(0)]: '257' })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(weightPath(0)) as string,
    });
    const speed = { '/interfaces/interface[name=up1]/ethernet/config/port-speed': 'SPEED_10GB' };
    await expect(agent.set({ ...newWeights, ...speed })).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
    expect(agent.kernel()).toBe(before);
    expect(String((await agent.get(ROUTE)).get(weightPath(1)))).toBe('1');
  });

  it('rolls an unconfirmed commit back by itself, byte for byte', async () => {
    const before = agent.kernel();
    await agent.set(newWeights, { commit: commit('c1', 700) });
    expect(weightsInKernel()).toEqual([1, 63]);
    await until('the rollback', () => agent.kernel() === before);
    await agent.set(newWeights, { commit: commit('c2', 60_000) });
    await agent.set({}, { commit: { id: 'c2', action: { $case: 'confirm', value: {} } } });
    await agent.set({ [weightPath(0)]: '2' }, { commit: commit('c3', 60_000) });
    expect(weightsInKernel()).toEqual([2, 63]);
    await agent.set({}, { commit: { id: 'c3', action: { $case: 'cancel', value: {} } } });
    expect(weightsInKernel()).toEqual([1, 63]);
  });

  it('keeps its promise to roll back over SIGKILL', async () => {
    const before = agent.kernel();
    await agent.set(newWeights, { commit: commit('c1', 60_000) });
    await agent.kill();
    expect(weightsInKernel()).toEqual([1, 63]);
    await agent.start();
    await expect(agent.set({ [weightPath(0)]: '9' })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    const soon = { seconds: 0n, nanos: 100_000_000 };
    const value = { rollbackDuration: soon };
    await agent.set({}, { commit: { id: 'c1', action: { $case: 'setRollbackDuration', value } } });
    await until('the rollback', () => agent.kernel() === before);
    await agent.set(newWeights, { commit: commit('c2', 300) });
    await agent.kill();
    const overdue = Date.now() + 400;
    await until('the deadline to pass', () => Date.now() > overdue);
    await agent.start();
    await until('the overdue rollback', () => agent.kernel() === before);
  });

  it('ends on the old state when it is killed in the middle of a Set', async () => {
    const before = agent.kernel();
    await agent.kill();
    await agent.start([], { PATH: `${hangingIp(agent.binDir)}:${process.env['PATH'] ?? ''}` });
    const answer = agent.set(newWeights).then(
      () => 'answered',
      () => 'no answer',
    );
    await until('the kernel to have it', () => String(weightsInKernel()) === '1,63');
    await agent.kill();
    expect(await answer).toBe('no answer');
    await agent.start();
    expect(agent.kernel()).toBe(before);
    expect(String((await agent.get(ROUTE)).get(weightPath(1)))).toBe('1');
    expect(agent.log).toContain('kernel brought back to the configuration');
  });

  it('adopts what forwards when its state is lost', async () => {
    const before = agent.kernel();
    await agent.kill();
    rmSync(join(agent.stateDir, 'state.json'));
    await agent.start();
    expect(agent.kernel()).toBe(before);
    expect(String((await agent.get(ROUTE)).get(weightPath(0)))).toBe('3');
    await agent.set({}, { deletes: [ROUTE] });
    expect(JSON.parse(agent.ip('-j', 'nexthop'))).toEqual([]);
  });
});

/** A directory with an `ip` that carries out what it is asked to and then never answers. */
function hangingIp(directory: string): string {
  const real = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim();
  const file = join(directory, 'ip');
  writeFileSync(
    file,
    `#!/bin/sh\n` +
      `case "$*" in *-batch*) ;; *) exec ${real} "$@";; esac\n` +
      `while IFS= read -r line; do printf '%s\\n' "$line"\n` +
      `case "$line" in *10000,1/*) exec sleep 15;; esac; done | ${real} "$@"\n`,
  );
  chmodSync(file, 0o755);
  return directory;
}
