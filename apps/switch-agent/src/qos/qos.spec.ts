import { execFileSync } from 'node:child_process';
import { GnmiError, GrpcStatus, type LeafMap } from '@weir/gnmi';
import { BatchTool, type Tool } from '../kernel/batch';
import type { Log } from '../routes/forwarding';
import { kernelTestSkipReason } from '../testing/kernel-access';
import { queueingOf } from '../testing/queueing';
import { Qos } from './qos';
import { classifierLeaves, limitLeaves, markingLeaves, merged, portLeaves } from './testing/config';

// Skipped without root or `ip netns`: a kernel of its own is what these tests are about.
const skipReason = kernelTestSkipReason();
if (skipReason !== null) console.warn(`qos.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeKernel = skipReason === null ? describe : describe.skip;

jest.setTimeout(60_000);

const NETNS = `weir-test-qos-${process.pid}`;
const ip = (...args: string[]): string =>
  execFileSync('ip', ['-n', NETNS, ...args], { encoding: 'utf8' });
const tc = (...args: string[]): string =>
  execFileSync('tc', ['-n', NETNS, ...args], { encoding: 'utf8', stdio: 'pipe' });
/** Everything that tc shows of both ports, without counters. */
const kernelText = (): string => ['up1', 'up2'].map((dev) => queueingOf(NETNS, dev)).join('\n');

const BASE = merged(
  portLeaves({ port: 'up1', weights: { bulk: 3, priority: 1 } }),
  limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
  classifierLeaves('up1', { bulk: [8], priority: [0, '40..46'] }),
);
const NOTHING: LeafMap = new Map();
const LINKS = ['up1', 'up2'].map((name) => ({ name }));

async function refusal(promise: Promise<unknown>): Promise<GnmiError> {
  const error = await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof GnmiError) return error;
  throw error;
}

describeKernel('QoS in a real kernel', () => {
  const tools: Tool[] = [];
  const logged: string[] = [];
  const log: Log = {
    info: (_fields, message) => logged.push(message),
    warn: (_fields, message) => logged.push(message),
    error: (fields, message) => logged.push(`${message}: ${String(fields['error'])}`),
  };
  const tool = (program: string): Tool => {
    const made = new BatchTool(program, NETNS);
    tools.push(made);
    return made;
  };
  const agent = async (wrap: (tool: Tool) => Tool = (same) => same): Promise<Qos> => {
    const ports = new Map([
      ['up1', { rateBps: 50_000_000n }],
      ['up2', { rateBps: 20_000_000n }],
    ]);
    const qos = new Qos({ ip: tool('ip'), tc: wrap(tool('tc')), ports, log, detailsEvery: 1 });
    await qos.probe();
    return qos;
  };
  const set = async (qos: Qos, leaves: LeafMap): Promise<void> => {
    const change = await qos.prepare(leaves, LINKS);
    try {
      await change.apply();
    } catch (error) {
      await change.putBack();
      throw error;
    }
    change.keep();
  };

  beforeEach(() => {
    logged.length = 0;
    execFileSync('ip', ['netns', 'add', NETNS]);
    for (const name of ['up1', 'up2']) {
      ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `p${name}`);
      ip('link', 'set', name, 'up');
      ip('link', 'set', `p${name}`, 'up');
    }
  });
  afterEach(() => {
    for (const item of tools.splice(0)) item.close();
    execFileSync('ip', ['netns', 'del', NETNS]);
  });

  it('makes HTB shares, limits and DSCP filters, and takes all of it away again', async () => {
    const qos = await agent();
    expect(ip('link', 'show')).not.toContain('weir-probe');
    const before = kernelText();
    await set(qos, BASE);
    const classes = tc('-d', 'class', 'show', 'dev', 'up1');
    expect(classes).toMatch(/class htb 5752:fff root rate 50Mbit ceil 50Mbit/);
    expect(classes).toMatch(/class htb 5752:1 .* prio 0 quantum 49152 rate 37500Kbit ceil 50Mbit/);
    expect(classes).toMatch(/class htb 5752:2 .* prio 0 quantum 16384 rate 12500Kbit ceil 50Mbit/);
    const discs = JSON.parse(tc('-j', 'qdisc', 'show', 'dev', 'up1')) as readonly object[];
    expect(discs).toContainEqual(
      expect.objectContaining({ kind: 'bfifo', handle: '5800:', options: { limit: 500_000 } }),
    );
    expect(discs).toContainEqual(
      expect.objectContaining({ kind: 'bfifo', handle: '5801:', options: { limit: 100_000 } }),
    );
    expect(discs).toContainEqual(
      expect.objectContaining({
        kind: 'htb',
        root: true,
        options: expect.objectContaining({ default: '0x2' }),
      }),
    );
    await set(qos, NOTHING);
    expect(kernelText()).toBe(before);
  });

  it('holds a queue to its limit and counts what it drops', async () => {
    const qos = await agent();
    const leaves = merged(
      portLeaves({ port: 'up2', weights: { bulk: 1, priority: 1 } }),
      limitLeaves('up2', { bulk: 20_000, priority: 500_000 }),
    );
    await set(qos, leaves);
    ip('addr', 'add', '10.7.0.1/24', 'dev', 'up2');
    ip(...'neigh add 10.7.0.2 lladdr 02:00:00:00:00:01 dev up2 nud permanent'.split(' '));
    const script =
      "const s = require('dgram').createSocket('udp4'); let n = 300;" +
      "const next = () => n-- > 0 ? s.send(Buffer.alloc(1000), 9, '10.7.0.2', next) : s.close(); next();";
    execFileSync('ip', ['netns', 'exec', NETNS, process.execPath, '-e', script]);
    const bulk = (await qos.read()).queues.find((queue) => queue.name === '5752:1');
    expect(bulk?.packets).toBeGreaterThan(0n);
    expect(bulk?.drops).toBeGreaterThan(0n);
    expect(bulk?.backlogBytes).toBeLessThanOrEqual(20_000);
  });

  it('shows no drift of its own tree, and the drift that a hand makes, and leaves it', async () => {
    const qos = await agent();
    const config = merged(BASE, portLeaves({ port: 'up2', weights: { bulk: 1, spare: 7 } }));
    await set(qos, config);
    expect(qos.drift(await qos.read(), config, LINKS)).toEqual({ missing: [], unexpected: [] });
    tc(...'class change dev up1 classid 5752:1 htb rate 1mbit ceil 2mbit'.split(' '));
    tc(...'qdisc change dev up1 parent 5752:2 handle 5801: bfifo limit 5000'.split(' '));
    const { missing, unexpected } = qos.drift(await qos.read(), config, LINKS);
    expect(missing).toEqual([
      expect.stringContaining('up1 class 1 rate 37500000'),
      'up1 leaf 2 bfifo limit 100000',
    ]);
    expect(unexpected).toEqual([
      expect.stringContaining('up1 class 1 rate 1000000'),
      'up1 leaf 2 bfifo limit 5000',
    ]);
    const drifted = tc('class', 'show', 'dev', 'up1');
    await set(qos, merged(config, portLeaves({ port: 'up2', weights: { bulk: 2, spare: 7 } })));
    expect(tc('class', 'show', 'dev', 'up1')).toBe(drifted);
  });

  it('changes weights in place: the root and what waits in the queues stand', async () => {
    const seen: string[] = [];
    const qos = await agent((inner) => ({
      read: (commands) => inner.read(commands),
      run: (commands) => {
        seen.push(...commands.map((words) => words.join(' ')));
        return inner.run(commands);
      },
      restart: () => inner.restart(),
      close: () => inner.close(),
    }));
    await set(qos, BASE);
    const before = kernelText();
    seen.length = 0;
    await set(qos, merged(BASE, portLeaves({ port: 'up1', weights: { bulk: 1, priority: 1 } })));
    expect(seen.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'class change',
      'class change',
    ]);
    seen.length = 0;
    await set(qos, merged(BASE, limitLeaves('up1', { bulk: 500_000, priority: 60_000 })));
    expect(seen.filter((command) => command.startsWith('qdisc'))).toEqual([
      'qdisc change dev up1 parent 5752:2 handle 5801: bfifo limit 60000',
    ]);
    await set(qos, BASE);
    expect(kernelText()).toBe(before);
  });

  it('answers RED by what the kernel has, with the path of the leaf', async () => {
    const qos = await agent();
    const marking = markingLeaves('up1', 'priority', {
      'min-threshold': '15000',
      'max-threshold': '60000',
      'enable-ecn': true,
    });
    const before = kernelText();
    if (qos.capabilities.red.available) {
      await set(qos, merged(BASE, marking));
      expect(tc('qdisc', 'show', 'dev', 'up1')).toMatch(/red 5901: .* min 15000b max 60000b ecn/);
      return;
    }
    const error = await refusal(set(qos, merged(BASE, marking)));
    expect(error.code).toBe(GrpcStatus.UNIMPLEMENTED);
    expect(error.message).toMatch(
      /^\/qos\/queue-management-profiles\/queue-management-profile\[name=m-up1-priority\]\/wred\/uniform\/config\/enable-ecn: .*RED.*Specified qdisc kind is unknown/,
    );
    expect(kernelText()).toBe(before);
  });

  it('never takes the root of somebody else, and says whose it is', async () => {
    const qos = await agent();
    tc(...'qdisc add dev up1 root tbf rate 10mbit burst 32k latency 50ms'.split(' '));
    const before = kernelText();
    const error = await refusal(set(qos, BASE));
    expect(error.code).toBe(GrpcStatus.FAILED_PRECONDITION);
    expect(error.message).toMatch(/interface-id=up1\]\/output: .*somebody else \(tbf /);
    await qos.converge(BASE, LINKS, 'start');
    expect(logged.join()).toMatch(/QoS not in force.*somebody else/);
    await set(qos, NOTHING);
    expect(kernelText()).toBe(before);
  });

  it.each<[string, () => LeafMap, number]>([
    [
      'other classes, leaves and filters',
      () =>
        merged(
          portLeaves({ port: 'up1', weights: { bulk: 1 }, strict: ['control', 'priority'] }),
          limitLeaves('up1', { bulk: 90_000 }),
          classifierLeaves('up1', { bulk: [9], control: [48], priority: [0] }, 'IPV6'),
          portLeaves({ port: 'up2', weights: { bulk: 1 } }),
        ),
      15,
    ],
    [
      'other DSCPs and one queue more, the root standing',
      () =>
        merged(
          portLeaves({ port: 'up1', weights: { bulk: 1, priority: 1, control: 2 } }),
          limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
          classifierLeaves('up1', { bulk: [8, '40..42'], priority: [0, 43], control: [48] }),
        ),
      9,
    ],
    ['no filters', () => portLeaves({ port: 'up1', weights: { priority: 2, control: 1 } }), 3],
    ['no QoS', () => new Map(), 1],
  ])('puts everything back when stopped half way to %s', async (_name, next, stops) => {
    await set(await agent(), BASE);
    const before = kernelText();
    let allowed = 0;
    for (let done = false; !done; allowed++) {
      const stopping = { left: Infinity };
      const qos = await agent((inner) => stoppedAfter(inner, stopping));
      await qos.converge(BASE, LINKS, 'start');
      stopping.left = allowed;
      try {
        await set(qos, next());
        done = true;
      } catch (error) {
        expect(String(error)).toContain('tc was killed');
        expect(kernelText()).toBe(before);
      }
    }
    expect(allowed).toBeGreaterThan(stops);
    expect(kernelText()).not.toBe(before);
  });

  it('takes a tree that a crash left half made to the configuration, and an orphan away', async () => {
    const first = await agent();
    await set(first, BASE);
    const before = kernelText();
    tc(...'filter del dev up1 parent 5752: protocol ip pref 10'.split(' '));
    tc(...'class change dev up1 classid 5752:1 htb rate 1mbit'.split(' '));
    tc(...'qdisc add dev up2 root handle 5752: htb'.split(' '));
    const restarted = await agent();
    await restarted.converge(BASE, LINKS, 'start');
    expect(kernelText()).toBe(before);
    expect(logged).toContain('QoS brought to the configuration');
  });

  it('does not touch what somebody put into its tree, and shows it', async () => {
    const qos = await agent();
    await set(qos, BASE);
    tc(...'qdisc replace dev up1 parent 5752:1 handle 7: pfifo limit 7'.split(' '));
    const before = kernelText();
    const next = merged(BASE, portLeaves({ port: 'up1', weights: { bulk: 1, priority: 1 } }));
    const error = await refusal(set(qos, next));
    expect(error.code).toBe(GrpcStatus.FAILED_PRECONDITION);
    expect(error.message).toMatch(/interface-id=up1\]\/output: .*pfifo 7:/);
    expect(kernelText()).toBe(before);
    expect(qos.drift(await qos.read(), BASE, LINKS).unexpected).toEqual(['up1 leaf 1 pfifo 7:']);
    tc(...'qdisc del dev up1 root'.split(' '));
    tc(...'qdisc add dev up1 root handle 9: pfifo limit 7'.split(' '));
    expect(qos.drift(await qos.read(), BASE, LINKS).unexpected).toEqual(['up1 root pfifo 9:']);
  });

  it('names queues as the configuration does', async () => {
    const qos = await agent();
    await set(qos, BASE);
    const groups = qos.stateGroups(await qos.read());
    expect(groups.map((group) => group.path).sort()).toEqual([
      '/qos/interfaces/interface[interface-id=up1]/output/queues/queue[name=bulk]',
      '/qos/interfaces/interface[interface-id=up1]/output/queues/queue[name=priority]',
    ]);
    expect(groups[0]?.leaves).toContain('state/dropped-pkts');
  });

  it('refuses ports without a link or without a rate', async () => {
    const qos = await agent();
    const missing = await refusal(set(qos, portLeaves({ port: 'nope0', weights: { bulk: 1 } })));
    expect(missing.code).toBe(GrpcStatus.NOT_FOUND);
    const change = qos.prepare(portLeaves({ port: 'pup1', weights: { bulk: 1 } }), [
      { name: 'pup1' },
    ]);
    const unknown = await refusal(change);
    expect(unknown.code).toBe(GrpcStatus.FAILED_PRECONDITION);
    expect(unknown.message).toContain('spec.ports.pup1.rate');
  });
});

/** Carries out so many commands, then fails once. */
function stoppedAfter(inner: Tool, stopping: { left: number }): Tool {
  return {
    read: (commands) => inner.read(commands),
    run: async (list) => {
      for (const words of list) {
        if (stopping.left-- === 0) {
          stopping.left = Infinity;
          throw new Error('tc was killed');
        }
        await inner.run([words]);
      }
    },
    restart: () => inner.restart(),
    close: () => inner.close(),
  };
}
