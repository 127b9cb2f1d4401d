import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBackend, startTarget } from '@weir/gnmi-server';

type Target = Awaited<ReturnType<typeof startTarget>>;

export interface SmallFabric {
  /** Temporary directory with `topology.yaml`. */
  readonly dir: string;
  readonly targets: ReadonlyMap<string, Target>;
  /** Moves the counters of every device on. */
  tick(): void;
  close(): Promise<void>;
}

const LEAVES = ['leaf1', 'leaf2'] as const;
const SPINES = ['spine1', 'spine2'] as const;
const QUEUES = ['rt', 'train'] as const;
const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

/** Interfaces of a device: uplinks or downlinks eth1 and eth2, and the host port of a leaf. */
const portsOf = (device: string): readonly string[] =>
  device.startsWith('leaf') ? ['eth1', 'eth2', 'eth10'] : ['eth1', 'eth2'];

function route(prefix: string, hops: readonly (readonly [string, string])[]) {
  const leaves: [string, string | number][] = [
    ['/network-instances/network-instance[name=DEFAULT]/config/name', 'DEFAULT'],
    [`${STATIC}/static[prefix=${prefix}]/config/prefix`, prefix],
  ];
  hops.forEach(([iface, address], index) => {
    const hop = `${STATIC}/static[prefix=${prefix}]/next-hops/next-hop[index=${index + 1}]`;
    leaves.push([`${hop}/config/index`, String(index + 1)]);
    leaves.push([`${hop}/config/next-hop`, address]);
    leaves.push([`${hop}/config/wecmp-weight`, 32]);
    leaves.push([`${hop}/interface-ref/config/interface`, iface]);
  });
  return leaves;
}

function startupOf(device: string): Record<string, string | number> {
  const leaves: [string, string | number][] = [];
  const number = device.endsWith('1') ? 1 : 2;
  if (device.startsWith('leaf')) {
    const other = 3 - number;
    leaves.push(...route(`10.0.${number}.0/24`, [['eth10', `10.0.${number}.2`]]));
    leaves.push(
      ...route(`10.0.${other}.0/24`, [
        ['eth1', '192.0.2.1'],
        ['eth2', '192.0.2.2'],
      ]),
    );
  } else {
    leaves.push(...route('10.0.1.0/24', [['eth1', '192.0.2.11']]));
    leaves.push(...route('10.0.2.0/24', [['eth2', '192.0.2.12']]));
  }
  return Object.fromEntries(leaves);
}

function topologyText(targets: ReadonlyMap<string, Target>): string {
  const devices = [...targets].map(
    ([name, { port }]) =>
      `    - { name: ${name}, role: ${name.replace(/\d/, '')}, address: '127.0.0.1:${port}', ` +
      `interfaces: { ${portsOf(name)
        .map((iface) => `${iface}: { capacity: 10G }`)
        .join(', ')} } }`,
  );
  return `apiVersion: weir.dev/v1
kind: Topology
metadata: { name: small }
spec:
  defaults: { queues: { real-time-inference: rt, training: train } }
  devices:
${devices.join('\n')}
  links:
    - { a: 'leaf1:eth1', b: 'spine1:eth1' }
    - { a: 'leaf1:eth2', b: 'spine2:eth1' }
    - { a: 'leaf2:eth1', b: 'spine1:eth2' }
    - { a: 'leaf2:eth2', b: 'spine2:eth2' }
  endpoints:
    - { name: h1, attachedTo: 'leaf1:eth10', prefix: 10.0.1.0/24, labels: { app: chat } }
    - { name: h2, attachedTo: 'leaf2:eth10', prefix: 10.0.2.0/24, labels: { app: chat } }
`;
}

/** Two leaves and two spines, each a real gNMI target on loopback, with counters that move. */
export async function startSmallFabric(): Promise<SmallFabric> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-daemon-'));
  const targets = new Map<string, Target>();
  const backends = new Map<string, MemoryBackend>();
  for (const name of [...LEAVES, ...SPINES]) {
    const backend = new MemoryBackend(startupOf(name));
    backends.set(name, backend);
    targets.set(name, await startTarget({ address: '127.0.0.1:0', backend, name }));
  }
  let octets = 0n;
  const tick = (): void => {
    octets += 1_000_000n;
    for (const [name, backend] of backends) setCounters(name, backend, octets);
  };
  tick();
  writeFileSync(join(dir, 'topology.yaml'), topologyText(targets));
  const timer = setInterval(tick, 100);
  return {
    dir,
    targets,
    tick,
    close: async () => {
      clearInterval(timer);
      await Promise.all([...targets.values()].map((target) => target.close()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function setCounters(name: string, backend: MemoryBackend, octets: bigint): void {
  for (const iface of portsOf(name)) {
    backend.setState(`/interfaces/interface[name=${iface}]`, {
      'state/oper-status': 'UP',
      'state/counters/in-octets': octets,
      'state/counters/out-octets': octets,
      'state/counters/out-pkts': octets / 1000n,
      'state/counters/out-discards': 0n,
      'state/counters/out-errors': 0n,
    });
    for (const queue of QUEUES)
      backend.setState(
        `/qos/interfaces/interface[interface-id=${iface}]/output/queues/queue[name=${queue}]`,
        {
          'state/transmit-pkts': octets / 1000n,
          'state/transmit-octets': octets,
          'state/dropped-pkts': 0n,
          'state/ecn-marked-pkts': 0n,
          'state/avg-queue-len': 0n,
          'state/max-queue-len': 0n,
        },
      );
  }
}
