import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LinkState } from '../kernel/ip-json';

/** OpenConfig's names of speeds by Mb/s; what is not here has no name but SPEED_UNKNOWN. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [10, 'SPEED_10MB'],
  [100, 'SPEED_100MB'],
  [1_000, 'SPEED_1GB'],
  [2_500, 'SPEED_2500MB'],
  ...[5, 10, 25, 40, 50, 100, 200, 400, 600, 800, 1600].map(
    (gigabits) => [gigabits * 1000, `SPEED_${gigabits}GB`] as const,
  ),
]);

export const speedName = (bps: bigint): string =>
  NAMES.get(Number(bps) / 1_000_000) ?? 'SPEED_UNKNOWN';

/**
 * What drivers say that their ports run at. It is in sysfs alone, which shows the links of the
 * agent's own network namespace only; it is read again when a link changes its state.
 */
export class PortSpeeds {
  private readonly known = new Map<
    string,
    { readonly state: string; readonly bps: bigint | null }
  >();

  constructor(
    private readonly netns: string | null,
    private readonly directory = '/sys/class/net',
  ) {}

  /** Null when the driver does not say, as virtual ones and those without a link do not. */
  of(link: LinkState): bigint | null {
    if (this.netns !== null) return null;
    const state = `${link.ifindex} ${link.operState}`;
    const known = this.known.get(link.name);
    if (known?.state === state) return known.bps;
    const bps = this.read(link.name);
    this.known.set(link.name, { state, bps });
    return bps;
  }

  private read(name: string): bigint | null {
    try {
      const megabits = Number(readFileSync(join(this.directory, name, 'speed'), 'utf8'));
      return megabits > 0 ? BigInt(megabits) * 1_000_000n : null;
    } catch {
      return null; // The driver has no such notion (EINVAL), or the link has gone meanwhile.
    }
  }
}
