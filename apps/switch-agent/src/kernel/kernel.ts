import { ToolRefusal, type Tool } from './batch';
import { parseLinks, parseNexthops, parseRoutes, type LinkState } from './ip-json';
import type { KernelTables } from './owned-state';
import type { KernelCommand } from './plan';

export interface KernelSnapshot extends KernelTables {
  readonly links: readonly LinkState[];
  /** When the snapshot was taken, ns since the epoch. */
  readonly timeNs: bigint;
}

/** The kernel said no to a command; the ones before it in the batch have been carried out. */
export class KernelRefusal extends Error {
  constructor(
    /** Null when the batch as a whole could not be run. */
    readonly command: KernelCommand | null,
    readonly detail: string,
  ) {
    super(command === null ? detail : `ip ${command.words.join(' ')}: ${detail}`);
    this.name = 'KernelRefusal';
  }
}

export interface Kernel {
  read(): Promise<KernelSnapshot>;
  /** In order, stopping at the first that fails with a KernelRefusal. */
  run(commands: readonly KernelCommand[]): Promise<void>;
}

/** The kernel of this machine by iproute2, in this or in a named network namespace. */
export class IpKernel implements Kernel {
  private names: ReadonlyMap<number, string> = new Map();

  constructor(
    private readonly ip: Tool,
    /** Told when a link has gone or has another name: what programs remember of links is wrong. */
    private readonly onLinksChanged: () => void = () => undefined,
  ) {}

  async read(): Promise<KernelSnapshot> {
    const timeNs = process.hrtime.bigint() + WALL_OFFSET_NS;
    const tables = await this.ip.read(READS);
    const [links = '', nexthops = '', routes = ''] = tables;
    const snapshot = {
      timeNs,
      links: parseLinks(links),
      nexthops: parseNexthops(nexthops),
      routes: parseRoutes(routes),
    };
    this.noteNames(snapshot.links);
    return snapshot;
  }

  async run(commands: readonly KernelCommand[]): Promise<void> {
    try {
      await this.ip.run(commands.map((command) => command.words));
    } catch (error) {
      if (!(error instanceof ToolRefusal)) throw error;
      throw new KernelRefusal(commands[error.index] ?? null, error.detail);
    }
  }

  private noteNames(links: readonly LinkState[]): void {
    const names = new Map(links.map((link) => [link.ifindex, link.name]));
    if ([...this.names].some(([index, name]) => names.get(index) !== name)) this.onLinksChanged();
    this.names = names;
  }
}

/** All tables and both families in one dump: `-6` cannot be said within a batch. */
const READS = ['link show', 'nexthop show', 'route show table all'];

/** The monotonic clock brought to the epoch once, so that a step of the wall clock bends no rate. */
const WALL_OFFSET_NS = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
