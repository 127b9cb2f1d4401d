/**
 * Runs as the only program inside User-mode Linux: a sender, a switch and a receiver in namespaces,
 * the agent's QoS on the switch's port, real TCP through it. Prints one line of JSON.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const AGENT = '../../apps/switch-agent/dist';
const { BatchTool, ToolRefusal } = require(`${AGENT}/kernel/batch.js`);
const { Qos } = require(`${AGENT}/qos/index.js`);
const config = require(`${AGENT}/qos/testing/config.js`);

const RATE_BPS = 50_000_000n;
const LINKS = [{ name: 'out' }];
const FLOW_SECONDS = 4;
/** Without traffic: what the kernel takes and shows. */
const QUICK = process.argv.includes('--quick');

const run = (program, ...args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const within = (node, program, ...args) => run('ip', 'netns', 'exec', node, program, ...args);

function buildNetwork() {
  for (const node of ['a', 'sw', 'b']) {
    run('ip', 'netns', 'add', node);
    run('ip', '-n', node, 'link', 'set', 'lo', 'up');
  }
  const cables = [
    ['a', 'eth', '10.0.1.1/24', 'sw', 'in', '10.0.1.2/24'],
    ['sw', 'out', '10.0.2.2/24', 'b', 'eth', '10.0.2.1/24'],
  ];
  for (const [left, leftPort, leftAddress, right, rightPort, rightAddress] of cables) {
    const peer = ['peer', 'name', rightPort, 'netns', right];
    run('ip', '-n', left, 'link', 'add', leftPort, 'type', 'veth', ...peer);
    for (const [node, port, address] of [
      [left, leftPort, leftAddress],
      [right, rightPort, rightAddress],
    ]) {
      run('ip', '-n', node, 'addr', 'add', address, 'dev', port);
      run('ip', '-n', node, 'link', 'set', port, 'up');
    }
  }
  run('ip', '-n', 'a', 'route', 'add', 'default', 'via', '10.0.1.2');
  run('ip', '-n', 'b', 'route', 'add', 'default', 'via', '10.0.2.2');
  for (const node of ['a', 'b']) within(node, 'sysctl', '-qw', 'net.ipv4.tcp_ecn=1');
  within('sw', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
}

/** `wrap` stands between the agent and tc. */
async function agent(wrap = (tool) => tool) {
  const [ip, tc] = [new BatchTool('ip', 'sw'), new BatchTool('tc', 'sw')];
  const log = { info() {}, warn() {}, error: (fields) => errors.push(fields) };
  const ports = new Map([['out', { rateBps: RATE_BPS }]]);
  const qos = new Qos({ ip, tc: wrap(tc), ports, log });
  await qos.probe();
  return qos;
}

const errors = [];

async function set(qos, leaves) {
  const change = await qos.prepare(leaves, LINKS);
  try {
    await change.apply();
  } catch (error) {
    await change.putBack();
    throw error;
  }
  change.keep();
}

const wrapped = (tool, runWith) => ({
  read: (commands) => tool.read(commands),
  run: runWith,
  restart: () => tool.restart(),
  close: () => tool.close(),
});

const kernelText = () =>
  [
    run('tc', '-n', 'sw', '-d', 'qdisc', 'show', 'dev', 'out'),
    run('tc', '-n', 'sw', '-d', 'class', 'show', 'dev', 'out'),
    run('tc', '-n', 'sw', '-d', 'filter', 'show', 'dev', 'out'),
  ].join('');

const { merged, portLeaves, limitLeaves, classifierLeaves, markingLeaves } = config;
const FIFO = merged(
  portLeaves({ port: 'out', weights: { bulk: 3, priority: 1 } }),
  limitLeaves('out', { bulk: 500_000, priority: 500_000 }),
  classifierLeaves('out', { bulk: [8], priority: [0, 46] }),
);
const marking = (uniform) => merged(FIFO, markingLeaves('out', 'bulk', uniform));
const ECN = marking({
  'min-threshold': '20000',
  'max-threshold': '60000',
  'enable-ecn': true,
  'max-drop-probability-percent': 10,
});

async function figures(qos, queue) {
  const group = qos
    .stateGroups(await qos.read())
    .find((item) => item.path.endsWith(`queue[name=${queue}]`));
  return Object.fromEntries(group.leaves.map((leaf, at) => [leaf, group.values[at]]));
}

/** One DSCTP flow of bulk, and pings in its queue meanwhile. */
async function underLoad(qos) {
  const before = await figures(qos, 'bulk');
  const flow = iperf(5201, '0x20');
  await sleep(1000);
  const ping = within('a', 'ping', '-q', '-Q', '0x20', '-c', '60', '-i', '0.05', '10.0.2.1');
  const mbps = await flow;
  const after = await figures(qos, 'bulk');
  const delta = (leaf) => Number((after[leaf] ?? 0n) - (before[leaf] ?? 0n));
  return {
    pingMs: Number(/= [\d.]+\/([\d.]+)\//.exec(ping)?.[1]),
    mbps,
    marks: delta('state/ecn-marked-pkts'),
    drops: delta('state/dropped-pkts'),
    maxQueueLen: Number(after['state/max-queue-len']),
  };
}

function iperf(port, tos) {
  const args = ['-c', '10.0.2.1', '-p', port, '-S', tos, '-t', FLOW_SECONDS, '-J'].map(String);
  const client = spawn('ip', ['netns', 'exec', 'a', 'iperf3', ...args]);
  let text = '';
  client.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve, reject) => {
    client.on('error', reject);
    client.on('close', () => {
      const sum = JSON.parse(text).end?.sum_received;
      if (sum === undefined) reject(new Error(`iperf3: ${text.slice(0, 300)}`));
      else resolve(sum.bits_per_second / 1e6);
    });
  });
}

const checks = [];
async function check(name, task) {
  try {
    checks.push({ name, ok: true, ...(await task()) });
  } catch (error) {
    checks.push({ name, ok: false, error: String(error?.stack ?? error) });
  }
}
function expect(condition, what) {
  if (!condition) throw new Error(what);
}

function checkCapabilities({ capabilities }) {
  for (const name of ['htb', 'bfifo', 'red', 'redNodrop', 'u32', 'flower'])
    expect(capabilities[name].available, `${name}: ${capabilities[name].reason}`);
}

/** What a profile says, and what `tc -d qdisc show` then shows. */
const PROFILES = [
  [
    { 'enable-ecn': true, 'max-drop-probability-percent': 10 },
    'ecn nodrop ewma 1 probability 0.1 ',
  ],
  [{ 'enable-ecn': true, drop: true, weight: 4 }, 'ecn ewma 4 probability 0.99999 '],
  [{ drop: true, weight: 9, 'max-drop-probability-percent': 33 }, 'b ewma 9 probability 0.33 '],
];

async function checkProfiles(qos) {
  const empty = kernelText();
  await set(qos, FIFO);
  const fifo = kernelText();
  for (const [uniform, text] of PROFILES) {
    const leaves = marking({ 'min-threshold': '20000', 'max-threshold': '60000', ...uniform });
    await set(qos, leaves);
    const shown = kernelText();
    expect(shown.includes(text), `${text} is not in ${shown}`);
    const drift = await qos.drift(await qos.read(), leaves, LINKS);
    expect(JSON.stringify(drift) === '{"missing":[],"unexpected":[]}', JSON.stringify(drift));
    await set(qos, FIFO);
    expect(kernelText() === fifo, `not put back: ${kernelText()}`);
  }
  await set(qos, new Map());
  expect(kernelText() === empty, `not put back: ${kernelText()}`);
}

const OTHER = merged(
  portLeaves({ port: 'out', weights: { priority: 1, control: 2 }, strict: ['bulk'] }),
  classifierLeaves('out', { bulk: [9], priority: [0, 8], control: [48] }),
  markingLeaves('out', 'priority', {
    'min-threshold': '9000',
    'max-threshold': '30000',
    'enable-ecn': true,
  }),
);

/** The agent on a kernel with one classifier only, stopped once more commands than it may run. */
async function checkStops(kind) {
  // Whatever an earlier check left.
  if (kernelText().includes(' 5752: ')) run('tc', '-n', 'sw', 'qdisc', 'del', 'dev', 'out', 'root');
  const stopping = { left: Infinity };
  const qos = await agent((tool) =>
    wrapped(tool, async (list) => {
      for (const words of list) {
        if (stopping.left-- === 0) {
          stopping.left = Infinity;
          throw new Error('tc was killed');
        }
        if (kind === 'flower' && words.includes('u32'))
          throw new ToolRefusal('tc', 0, words.join(' '), 'not here');
        await tool.run([words]);
      }
    }),
  );
  await set(qos, ECN);
  const before = kernelText();
  expect(before.includes(kind), `no ${kind}: ${before}`);
  let stops = 0;
  for (let done = false; !done; stops++) {
    stopping.left = stops;
    try {
      await set(qos, OTHER);
      done = true;
    } catch (error) {
      if (!String(error).includes('tc was killed')) throw error;
      expect(kernelText() === before, `after ${stops}: ${kernelText()} was ${before}`);
    }
  }
  stopping.left = Infinity;
  await set(qos, ECN);
  expect(kernelText() === before, `not taken back: ${kernelText()} was ${before}`);
  await set(qos, new Map());
  return { stops };
}

async function checkMarking(qos) {
  for (const port of [5201, 5202])
    spawn('ip', ['netns', 'exec', 'b', 'iperf3', '-s', '-p', String(port)], { stdio: 'ignore' });
  await sleep(500);
  await set(qos, FIFO);
  const fifo = await underLoad(qos);
  await set(qos, ECN);
  const ecn = await underLoad(qos);
  expect(ecn.marks > 0, `no marks: ${JSON.stringify(ecn)}`);
  expect(ecn.pingMs < fifo.pingMs / 2, JSON.stringify({ fifo, ecn }));
  return { fifo, ecn };
}

async function checkShares(qos) {
  const shares = {};
  for (const [name, weights] of Object.entries({
    '3:1': { bulk: 3, priority: 1 },
    '1:4': { bulk: 1, priority: 4 },
  })) {
    await set(qos, merged(FIFO, portLeaves({ port: 'out', weights })));
    const [bulk, priority] = await Promise.all([iperf(5201, '0x20'), iperf(5202, '0xb8')]);
    const want = weights.bulk / (weights.bulk + weights.priority);
    shares[name] = { bulk, priority, want, got: bulk / (bulk + priority) };
    expect(Math.abs(shares[name].got - want) < 0.08, JSON.stringify(shares));
  }
  return { shares };
}

async function checkStrict(qos) {
  await set(
    qos,
    merged(
      portLeaves({ port: 'out', weights: { bulk: 1 }, strict: ['priority'] }),
      limitLeaves('out', { bulk: 500_000, priority: 500_000 }),
      classifierLeaves('out', { bulk: [8], priority: [0, 46] }),
    ),
  );
  const [bulk, priority] = await Promise.all([iperf(5201, '0x20'), iperf(5202, '0xb8')]);
  expect(priority / (bulk + priority) > 0.9, `bulk ${bulk}, priority ${priority}`);
  return { bulk, priority };
}

async function main() {
  buildNetwork();
  const qos = await agent();
  await check('RED, ECN and both classifiers are found', () => checkCapabilities(qos));
  await check('profiles become RED, read back without drift, and go', () => checkProfiles(qos));
  for (const kind of ['u32', 'flower'])
    await check(`stopped anywhere, the kernel is as it was (${kind})`, () => checkStops(kind));
  if (QUICK) return;
  await qos.converge(new Map(), LINKS, 'after another agent');
  await check('a standing queue of DCTCP becomes short by ECN', () => checkMarking(qos));
  await check('weights divide the port, and new ones divide it anew', () => checkShares(qos));
  await check('strict order leaves the others their floor', () => checkStrict(qos));
}

const print = (fatal) => {
  const ok = fatal === null && checks.every((item) => item.ok);
  const line = `\nUML-QOS ${JSON.stringify({ ok, fatal, checks, errors })}\n`;
  // Receivers and tools still run; they end with this kernel.
  process.stdout.write(line, () => process.exit(0));
};
main().then(
  () => print(null),
  (error) => print(String(error?.stack ?? error)),
);
