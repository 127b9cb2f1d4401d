import type { RunProcess } from './process';
import type { Capability } from './capabilities';

/** Packets forwarded to a prefix since its counter was made, before any queue could drop them. */
export interface PrefixCounters {
  readonly octets: bigint;
  readonly packets: bigint;
}

const TABLE = 'weir_switch_agent';
const CHAIN = 'forward';

interface CounterRule extends PrefixCounters {
  readonly handle: number;
}

/**
 * Counts forwarded traffic per destination prefix. The kernel keeps no counters on routes, so an
 * nftables table of the agent's own, on the forward hook, holds one counting rule per prefix. It
 * accepts everything: losing it costs the figures and no packet.
 */
export class PrefixAccounting {
  private rules: ReadonlyMap<string, CounterRule> = new Map();
  private ready = false;

  constructor(
    private readonly netns: string | null,
    private readonly runner: RunProcess,
  ) {}

  /** Makes the table if it is not there; says why not when nft or the kernel cannot. */
  async probe(): Promise<Capability> {
    const script =
      `add table ip ${TABLE}\n` +
      `add chain ip ${TABLE} ${CHAIN} { type filter hook forward priority 0; policy accept; }\n`;
    try {
      await this.nft(['-f', '-'], script);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { available: false, reason: `no counters per prefix: ${detail}` };
    }
    this.ready = true;
    await this.refresh();
    return { available: true };
  }

  /** Counters by prefix; empty when counting is not available. */
  get counters(): ReadonlyMap<string, PrefixCounters> {
    return this.rules;
  }

  async refresh(): Promise<void> {
    if (!this.ready) return;
    const text = await this.nft(['-j', 'list', 'chain', 'ip', TABLE, CHAIN], '');
    this.rules = parseCounterRules(text);
  }

  /** Counts exactly these prefixes; counters that stay are not set back. */
  async count(prefixes: ReadonlySet<string>): Promise<void> {
    if (!this.ready) return;
    const added = [...prefixes].filter((prefix) => !this.rules.has(prefix));
    const removed = [...this.rules].filter(([prefix]) => !prefixes.has(prefix));
    if (added.length + removed.length === 0) return;
    const script = [
      ...removed.map(([, rule]) => `delete rule ip ${TABLE} ${CHAIN} handle ${rule.handle}`),
      ...added.map(
        (prefix) => `add rule ip ${TABLE} ${CHAIN} ip daddr ${prefix} counter comment "${prefix}"`,
      ),
    ].join('\n');
    await this.nft(['-f', '-'], `${script}\n`);
    await this.refresh();
  }

  private async nft(args: readonly string[], stdin: string): Promise<string> {
    const inside = this.netns === null ? [] : ['netns', 'exec', this.netns, 'nft'];
    const [program, all] = this.netns === null ? ['nft', args] : ['ip', [...inside, ...args]];
    const result = await this.runner(program, all, stdin);
    if (result.exitCode === 0) return result.stdout;
    throw new Error(`nft: ${result.stderr.split('\n')[0] ?? 'failed without a reason'}`);
  }
}

/** Rules of `nft -j list chain`, by the prefix in their comment. */
export function parseCounterRules(text: string): ReadonlyMap<string, CounterRule> {
  const parsed = JSON.parse(text) as { nftables?: readonly Record<string, unknown>[] };
  const rules = new Map<string, CounterRule>();
  for (const item of parsed.nftables ?? []) {
    const rule = item['rule'] as
      { handle?: number; comment?: string; expr?: readonly Record<string, unknown>[] } | undefined;
    const counter = rule?.expr?.find((part) => part['counter'] !== undefined)?.['counter'] as
      { packets: number; bytes: number } | undefined;
    if (rule?.handle === undefined || rule.comment === undefined || counter === undefined) continue;
    rules.set(rule.comment, {
      handle: rule.handle,
      octets: BigInt(counter.bytes),
      packets: BigInt(counter.packets),
    });
  }
  return rules;
}
