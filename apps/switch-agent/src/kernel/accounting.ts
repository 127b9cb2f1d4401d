import type { Nft } from './nft';
import type { Capability } from './capabilities';
import { countField, listField, numberField, objectAt, parseExactly, textOr } from './json-fields';

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
  /** Updates to let pass before the next try, after the table was lost. */
  private rest = 0;

  constructor(
    private readonly nft: Nft,
    private readonly onProblem: (message: string) => void,
  ) {}

  /** Makes the table if it is not there; says why not when nft or the kernel cannot. */
  async probe(): Promise<Capability> {
    const script =
      `add table ip ${TABLE}\n` +
      `add chain ip ${TABLE} ${CHAIN} { type filter hook forward priority 0; policy accept; }\n`;
    try {
      await this.nft.write(script);
      await this.list();
    } catch (error) {
      return { available: false, reason: `no counters per prefix: ${messageOf(error)}` };
    }
    this.ready = true;
    return { available: true };
  }

  /** Counters by prefix as of the last update; empty when counting is not available. */
  get counters(): ReadonlyMap<string, PrefixCounters> {
    return this.rules;
  }

  /**
   * Counts exactly these prefixes, and reads. Counters that stay are not set back. When somebody
   * flushed the rule set, counting starts anew after a while; other telemetry goes on meanwhile.
   */
  async update(prefixes: ReadonlySet<string>): Promise<void> {
    if (!this.ready) {
      if (this.rest === 0 || --this.rest > 0) return;
      const again = await this.probe();
      if (!again.available) return this.lost(again.reason);
    }
    try {
      await this.list();
      const script = this.differenceTo(prefixes);
      if (script === '') return;
      await this.nft.write(script);
      await this.list();
    } catch (error) {
      this.lost(messageOf(error));
    }
  }

  private differenceTo(prefixes: ReadonlySet<string>): string {
    const rule = `rule ip ${TABLE} ${CHAIN}`;
    const removed = [...this.rules].filter(([prefix]) => !prefixes.has(prefix));
    const added = [...prefixes].filter((prefix) => !this.rules.has(prefix));
    return [
      ...removed.map(([, { handle }]) => `delete ${rule} handle ${handle}\n`),
      ...added.map((prefix) => `add ${rule} ip daddr ${prefix} counter comment "${prefix}"\n`),
    ].join('');
  }

  private async list(): Promise<void> {
    const text = await this.nft.list(`list chain ip ${TABLE} ${CHAIN}`);
    this.rules = parseCounterRules(text);
  }

  private lost(reason: string): void {
    this.ready = false;
    this.rules = new Map();
    this.rest = RETRY_UPDATES;
    this.onProblem(`counters per prefix are lost for now: ${reason}`);
  }
}

/** Updates come at least once per poll interval: some ten seconds. */
const RETRY_UPDATES = 10;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Rules of `nft -j list chain`, by the prefix in their comment. */
export function parseCounterRules(text: string): ReadonlyMap<string, CounterRule> {
  const listing = objectAt(parseExactly(text, 'nft'), 'nft');
  const rules = new Map<string, CounterRule>();
  for (const [position, item] of listField(listing, 'nftables', 'nft').entries()) {
    const at = `nft.nftables[${position}]`;
    const rule = objectAt(item, at)['rule'];
    if (rule === undefined) continue;
    const fields = objectAt(rule, `${at}.rule`);
    const prefix = textOr(fields, 'comment', '');
    const expressions = listField(fields, 'expr', at).map((part) => objectAt(part, at));
    const counter = expressions.find((part) => part['counter'] !== undefined)?.['counter'];
    // A rule that somebody else put there, without our comment, counts for nobody.
    if (prefix === '' || counter === undefined) continue;
    const counts = objectAt(counter, `${at}.counter`);
    rules.set(prefix, {
      handle: numberField(fields, 'handle', at),
      octets: countField(counts, 'bytes', at),
      packets: countField(counts, 'packets', at),
    });
  }
  return rules;
}
