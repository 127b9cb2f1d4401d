import { assert, refuse, type Refusal } from '@weir/core/base';
import type { DeviceRole } from '@weir/core/model';
import type {
  EndpointSpec,
  FabricSpec,
  Hashing,
  LinkSpec,
  QueueSpec,
  SwitchSpec,
} from '../network/spec';
import { DEFAULT_QUEUES } from './queues';

/** What every builder takes: the hardware, and how the switches are set up. */
export interface FabricOptions {
  readonly name: string;
  /** Of each link between switches. */
  readonly linkCapacityBps: number;
  /** Of each host port and its NIC, full duplex. */
  readonly hostCapacityBps: number;
  readonly sharedBufferBytes: number;
  /** One way over one link, forwarding included. */
  readonly propagationUs: number;
  readonly weightGridEntries: number;
  readonly hashing: Hashing;
  readonly queues: readonly QueueSpec[];
}

export const DEFAULT_OPTIONS: FabricOptions = {
  name: 'fabric',
  linkCapacityBps: 100e9,
  hostCapacityBps: 100e9,
  sharedBufferBytes: 32e6,
  propagationUs: 2,
  weightGridEntries: 64,
  hashing: 'per-switch',
  queues: DEFAULT_QUEUES,
};

/** A fat tree of 64-port switches; larger fabrics are beyond what one process simulates. */
export const MAX_HOSTS = 65_536;

/** Leaves that have 256 addresses each in 10.0.0.0/8, the first of them not used. */
const MAX_LEAVES = 65_535;

/** Links that /31 networks of 172.16.0.0/12 can number. */
const MAX_LINKS = 524_288;

/** A fabric under construction; ports are numbered eth1, eth2, ... in the order of their use. */
export class Draft {
  private readonly switches: SwitchSpec[] = [];
  private readonly links: LinkSpec[] = [];
  private readonly endpoints: EndpointSpec[] = [];
  private readonly portsUsed = new Map<string, number>();

  constructor(private readonly options: FabricOptions) {}

  addSwitch(name: string, role: DeviceRole, group: string): string {
    const { sharedBufferBytes, weightGridEntries } = this.options;
    this.switches.push({ name, role, group, sharedBufferBytes, weightGridEntries });
    return name;
  }

  connect(a: string, b: string, capacityBps = this.options.linkCapacityBps): void {
    const { propagationUs } = this.options;
    this.links.push({ a: this.nextPort(a), b: this.nextPort(b), capacityBps, propagationUs });
  }

  addHost(
    name: string,
    leaf: string,
    prefix: string,
    labels: Readonly<Record<string, string>> = {},
  ): void {
    this.endpoints.push({
      name,
      attachedTo: this.nextPort(leaf),
      prefix,
      capacityBps: this.options.hostCapacityBps,
      labels: { leaf, ...labels },
    });
  }

  finish(): FabricSpec {
    assert(this.links.length <= MAX_LINKS, 'sizes were checked before');
    const { name, queues, hashing } = this.options;
    const { switches, links, endpoints } = this;
    return { name, switches, links, endpoints, queues, hashing };
  }

  private nextPort(device: string): string {
    const used = (this.portsUsed.get(device) ?? 0) + 1;
    this.portsUsed.set(device, used);
    return `${device}:eth${used}`;
  }
}

/** 1, 2, ..., count. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** The /32 of host `host` (from 1) of leaf `leaf` (from 1), all leaves with as many addresses. */
export function hostPrefix(leaf: number, host: number, hostsPerLeaf: number): string {
  let stride = 256;
  while (stride <= hostsPerLeaf) stride *= 2;
  const offset = leaf * stride + host;
  assert(offset < 2 ** 24, 'the addresses fit into 10.0.0.0/8');
  return `10.${offset >> 16}.${(offset >> 8) & 255}.${offset & 255}/32`;
}

type Checked = { readonly ok: false; readonly error: Refusal } | null;

export const impossible = (where: string, reason: string) =>
  refuse('topology-invalid', where, reason);

/** Refuses the first size that is not a whole number of at least 1, and hardware without sense. */
export function checkSizes(
  options: FabricOptions,
  sizes: Readonly<Record<string, number>>,
): Checked {
  for (const [where, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1)
      return impossible(where, `${size} is no whole number of at least 1`);
  }
  const { weightGridEntries: grid, propagationUs, sharedBufferBytes } = options;
  for (const where of ['linkCapacityBps', 'hostCapacityBps'] as const) {
    if (!(options[where] > 0 && Number.isFinite(options[where])))
      return impossible(where, `${options[where]} is no capacity in bits per second`);
  }
  if (!Number.isInteger(grid) || grid < 2)
    return impossible('weightGridEntries', `${grid} entries cannot hold two next hops`);
  if (!(propagationUs >= 0)) return impossible('propagationUs', `${propagationUs} is no time`);
  if (!(sharedBufferBytes >= 0))
    return impossible('sharedBufferBytes', `${sharedBufferBytes} is no size in bytes`);
  return null;
}

/** Refuses more than can be numbered; `where` is the field that makes it so many. */
export function checkTotals(
  where: string,
  totals: { readonly leaves: number; readonly hosts: number; readonly links: number },
): Checked {
  if (totals.leaves > MAX_LEAVES)
    return impossible(where, `makes ${totals.leaves} leaves; at most ${MAX_LEAVES} are supported`);
  if (totals.hosts > MAX_HOSTS)
    return impossible(where, `makes ${totals.hosts} hosts; at most ${MAX_HOSTS} are supported`);
  if (totals.links > MAX_LINKS)
    return impossible(where, `makes ${totals.links} links; at most ${MAX_LINKS} are supported`);
  return null;
}
