import { execFileSync } from 'node:child_process';
import { GnmiError, GrpcStatus } from '@weir/gnmi';
import { BatchTool, ToolFailure, type Tool } from '../kernel/batch';
import { IpKernel } from '../kernel/kernel';
import { NO_ALLOCATION } from './allocation';
import { Forwarding, type Log } from './forwarding';
import { carryOut } from '../transaction';
import type { StaticRoute } from './static-route';
import { kernelTestSkipReason } from '../testing/kernel-access';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`forwarding.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

jest.setTimeout(60_000);

const NETNS = `weir-test-fwd-${process.pid}`;
const ip = (...args: string[]): string =>
  execFileSync('ip', ['-n', NETNS, ...args], { encoding: 'utf8' });
const kernelText = (): string => `${ip('-j', 'nexthop')}${ip('-j', 'route')}`;

const route = (prefix: string, a: number, b: number): StaticRoute => ({
  prefix,
  metric: 0,
  nextHops: [
    { index: '0', address: '10.0.0.1', interface: 'up1', weight: a },
    { index: '1', address: '10.0.1.1', interface: 'up2', weight: b },
  ],
});

const keep = (): Promise<void> => Promise.resolve();

/** Forwarding as a Set uses it: checked, tried, made durable, or put back. */
class Routes extends Forwarding {
  constructor(
    private readonly kernelBelow: IpKernel,
    private readonly log: Log,
    buckets = 0,
  ) {
    super(kernelBelow, { protocol: 87, log, buckets }, [], NO_ALLOCATION);
  }

  async change(next: readonly StaticRoute[], persist: () => Promise<void>): Promise<void> {
    const change = this.prepare(next, await this.kernelBelow.read());
    await carryOut([change], persist, this.log);
  }
}

async function refusal(promise: Promise<void>): Promise<GnmiError> {
  const error = await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof GnmiError) return error;
  throw error;
}

describeKernel('routes in a real kernel', () => {
  const logged: string[] = [];
  const log: Log = {
    info: (_fields, message) => logged.push(message),
    warn: (_fields, message) => logged.push(message),
    error: (_fields, message) => logged.push(message),
  };
  let tool: BatchTool;
  const forwardingWith = (ip: Tool = tool): Routes => new Routes(new IpKernel(ip), log);

  beforeEach(() => {
    logged.length = 0;
    tool = new BatchTool('ip', NETNS);
    execFileSync('ip', ['netns', 'add', NETNS]);
    for (const [index, name] of ['up1', 'up2'].entries()) {
      ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `peer${index}`);
      ip('link', 'set', name, 'up');
      ip('link', 'set', `peer${index}`, 'up');
      ip('addr', 'add', `10.0.${index}.0/31`, 'dev', name);
    }
  });
  afterEach(() => {
    tool.close();
    execFileSync('ip', ['netns', 'del', NETNS]);
  });

  it('shows weights as nexthop groups, and an undo gives the same kernel state', async () => {
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1), route('10.9.1.0/24', 1, 1)], keep);
    const before = kernelText();
    const groups = JSON.parse(ip('-j', 'nexthop')) as { id: number; group?: unknown }[];
    expect(groups.find((item) => item.id === 20_000)?.group).toEqual([
      { id: 10_000, weight: 3 },
      { id: 10_001 },
    ]);
    await forwarding.change([route('10.9.0.0/24', 1, 63)], keep);
    expect(kernelText()).not.toBe(before);
    await forwarding.change([route('10.9.0.0/24', 3, 1), route('10.9.1.0/24', 1, 1)], keep);
    expect(kernelText()).toBe(before);
    await forwarding.change([], keep);
    expect(JSON.parse(ip('-j', 'nexthop'))).toEqual([]);
  });

  it('changes nothing when the kernel refuses a part, and names the route', async () => {
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1)], keep);
    const before = kernelText();
    const bad = {
      prefix: '10.9.1.0/24',
      metric: 0,
      nextHops: [{ index: '0', address: '10.77.0.1', interface: 'up1', weight: 1 }],
    };
    const error = await refusal(forwarding.change([route('10.9.0.0/24', 1, 1), bad], keep));
    expect(error.code).toBe(GrpcStatus.ABORTED);
    expect(error.message).toContain('static[prefix=10.9.1.0/24]');
    expect(error.message).toContain('invalid gateway');
    expect(kernelText()).toBe(before);
    expect(forwarding.routes).toEqual([route('10.9.0.0/24', 3, 1)]);
  });

  it('changes nothing when the state cannot be made durable', async () => {
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1)], keep);
    const before = kernelText();
    const full = (): Promise<void> => Promise.reject(new Error('no space left on device'));
    await expect(forwarding.change([route('10.9.0.0/24', 1, 9)], full)).rejects.toThrow(
      'no space left',
    );
    expect(kernelText()).toBe(before);
  });

  it('refuses interfaces that do not exist and prefixes of other programs', async () => {
    const forwarding = forwardingWith();
    const ghost = { index: '0', address: '10.0.0.1', interface: 'nope0', weight: 1 };
    const missing = await refusal(
      forwarding.change([{ prefix: '10.9.0.0/24', metric: 0, nextHops: [ghost] }], keep),
    );
    expect(missing.code).toBe(GrpcStatus.INVALID_ARGUMENT);
    expect(missing.message).toMatch(/interface-ref\/config\/interface: no interface "nope0"/);
    ip('route', 'add', '10.9.0.0/24', 'via', '10.0.0.1', 'proto', 'bgp');
    const taken = await refusal(forwarding.change([route('10.9.0.0/24', 1, 1)], keep));
    expect(taken.code).toBe(GrpcStatus.FAILED_PRECONDITION);
    expect(taken.message).toContain('protocol 186');
    expect(ip('route', 'show', '10.9.0.0/24')).toContain('proto bgp');
  });

  it('brings routes back after a link was down, and after a crash half way', async () => {
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1)], keep);
    const before = kernelText();
    ip('link', 'set', 'up2', 'down');
    expect(kernelText()).not.toBe(before);
    ip('link', 'set', 'up2', 'up');
    await forwarding.converge(new Set(['10.9.0.0/24']), 'link up: up2');
    expect(JSON.parse(ip('-j', 'nexthop'))).toHaveLength(3);
    expect(ip('-j', 'nexthop')).toBe(before.slice(0, ip('-j', 'nexthop').length));
    // As a crash would leave it: the group of a Set that was never made durable.
    ip('nexthop', 'replace', 'id', '20000', 'group', '10000,1/10001,200', 'proto', '87');
    ip('nexthop', 'add', 'id', '20007', 'group', '10000', 'proto', '87');
    await forwarding.converge(null, 'start');
    expect(ip('-j', 'nexthop')).toBe(before.slice(0, ip('-j', 'nexthop').length));
    expect(logged).toContain('kernel brought back to the configuration');
  });

  it('sees drift made by hand and leaves it alone', async () => {
    const kernel = new IpKernel(tool);
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1), route('10.9.1.0/24', 1, 1)], keep);
    expect(forwarding.drift(await kernel.read())).toEqual({ missing: [], unexpected: [] });
    ip('nexthop', 'replace', 'id', '20001', 'group', '10000,7/10001,1', 'proto', '87');
    expect(forwarding.drift(await kernel.read())).toEqual({
      missing: ['group 20001 10000,1/10001,1'],
      unexpected: ['group 20001 10000,7/10001,1'],
    });
    await forwarding.change([route('10.9.0.0/24', 1, 3), route('10.9.1.0/24', 1, 1)], keep);
    expect(ip('nexthop', 'show', 'id', '20001')).toContain('10000,7/10001');
  });

  it('takes the kernel back when ip dies with its commands carried out', async () => {
    const forwarding = forwardingWith();
    await forwarding.change([route('10.9.0.0/24', 3, 1)], keep);
    const before = kernelText();
    let writes = 0;
    const failing = forwardingWith({
      read: (commands) => tool.read(commands),
      restart: () => tool.restart(),
      close: () => tool.close(),
      // The first write is carried out and then reported as failed, like a killed `ip`.
      run: async (commands) => {
        await tool.run(commands);
        if (writes++ === 0) throw new ToolFailure('ip', 'ended with SIGKILL');
      },
    });
    const error = await refusal(failing.change([route('10.9.2.0/24', 1, 1)], keep));
    expect(error.message).toContain('ended with SIGKILL');
    expect(kernelText()).toBe(before);
  });

  it('keeps IPv6 routes, black holes, metrics and resilient groups as it keeps the others', async () => {
    ip('link', 'set', 'lo', 'up');
    ip('addr', 'add', '2001:db8:1::1/64', 'dev', 'up1', 'nodad');
    const forwarding = new Routes(new IpKernel(tool), log, 64);
    const hop6 = { index: '0', address: '2001:db8:1::2', interface: 'up1', weight: 1 };
    const drop = { index: '0', address: 'DROP', interface: '', weight: 1 };
    const routes: StaticRoute[] = [
      route('10.9.0.0/24', 3, 1),
      { prefix: '2001:db8:9::/48', metric: 1024, nextHops: [hop6] },
      { prefix: '10.8.0.0/16', metric: 7, nextHops: [hop6] },
      { prefix: '10.7.0.0/16', metric: 0, nextHops: [drop] },
    ];
    await forwarding.change(routes, keep);
    expect(ip('route', 'get', '10.9.0.9')).toMatch(/dev up[12]/);
    expect(ip('-6', 'route', 'show', 'proto', '87')).toContain('2001:db8:9::/48');
    expect(ip('route', 'show', '10.8.0.0/16')).toMatch(/metric 7/);
    expect(ip('route', 'show', '10.7.0.0/16')).toMatch(/blackhole|nhid/);
    expect(ip('-j', 'nexthop')).toContain('"type":"resilient"');
    const before = kernelText() + ip('-6', '-j', 'route');
    const changed = routes.map((item) => ({ ...item, metric: item.metric + 1 }));
    await forwarding.change(changed, keep);
    expect(kernelText()).not.toBe(before);
    await forwarding.change(routes, keep);
    expect(kernelText() + ip('-6', '-j', 'route')).toBe(before);
    expect(forwarding.drift(await new IpKernel(tool).read())).toEqual({
      missing: [],
      unexpected: [],
    });
  });
});
