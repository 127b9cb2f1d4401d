import { parseLinks, parseNexthops, parseRoutes, type LinkState } from './ip-json';
import type { KernelTables } from './owned-state';
import type { KernelCommand } from './plan';
import { runProcess, type RunProcess } from './process';

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
  constructor(
    private readonly netns: string | null = null,
    private readonly runner: RunProcess = runProcess,
  ) {}

  async read(): Promise<KernelSnapshot> {
    const timeNs = process.hrtime.bigint() + WALL_OFFSET_NS;
    const script = 'link show\nnexthop show\nroute show table main\n';
    const result = await this.ip(['-N', '-j', '-s', '-batch', '-'], script);
    if (result.exitCode !== 0) throw new KernelRefusal(null, firstLine(result.stderr));
    const parts = result.stdout.split('\n').filter((line) => line.startsWith('['));
    const [links, nexthops, routes] = parts;
    if (parts.length !== 3 || links === undefined)
      throw new KernelRefusal(null, `ip printed ${parts.length} tables instead of 3`);
    return {
      timeNs,
      links: parseLinks(links),
      nexthops: parseNexthops(nexthops ?? ''),
      routes: parseRoutes(routes ?? ''),
    };
  }

  async run(commands: readonly KernelCommand[]): Promise<void> {
    if (commands.length === 0) return;
    const script = commands.map((command) => command.words.join(' ')).join('\n');
    const result = await this.ip(['-batch', '-'], `${script}\n`);
    if (result.exitCode === 0) return;
    const line = /Command failed -:(\d+)/.exec(result.stderr)?.[1];
    const failed = line === undefined ? null : (commands[Number(line) - 1] ?? null);
    throw new KernelRefusal(failed, firstLine(result.stderr));
  }

  private ip(args: readonly string[], stdin: string) {
    const namespace = this.netns === null ? [] : ['-n', this.netns];
    return this.runner('ip', [...namespace, ...args], stdin);
  }
}

/** The monotonic clock brought to the epoch once, so that a step of the wall clock bends no rate. */
const WALL_OFFSET_NS = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** `Error: Nexthop has invalid gateway.` -> `Nexthop has invalid gateway` */
function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? 'no reason given';
  return line
    .replace(/^(Error: |RTNETLINK answers: )/, '')
    .replace(/\.$/, '')
    .trim();
}
