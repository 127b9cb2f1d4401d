import type { HtbClass } from './tree';

/** Part of the port that queues below the strict ones keep, so that they never stand still. */
const FLOOR = 0.01;
/** HTB cannot count below this: burst over rate must fit into 32 bits of 64 ns. */
const MIN_RATE_BPS = 8_000;
/** Time at full rate for which a class may send ahead of its tokens. */
const BURST_SECONDS = 0.001;
const MIN_BURST_BYTES = 3_200;
/** Bytes that a queue sends in its turn when it borrows: a full packet of 1500 at least. */
const QUANTUM_BYTES = { least: 1_514, usual: 16_384, most: 200_000 } as const;

export interface Share {
  readonly minor: number;
  readonly level: number;
  readonly weight: number;
}

/**
 * HTB classes for queues that share a port. A class within its rate is served before any that
 * borrows, whatever their priorities, and the rates must not add up to more than the port has. So
 * the first level divides the port by weight, and every level below keeps a floor of one per cent;
 * what is left over is borrowed, by priority first and then by weight (the quantum). Rates are
 * rounded so that `tc` prints them exactly.
 */
export function htbClasses(
  shares: readonly Share[],
  lineBps: number,
): ReadonlyMap<number, HtbClass> {
  const levels = [...new Set(shares.map((share) => share.level))].sort((a, b) => a - b);
  const floor = lineBps * FLOOR;
  const top = lineBps - floor * (levels.length - 1);
  const classes = new Map<number, HtbClass>();
  for (const [prio, level] of levels.entries()) {
    const members = shares.filter((share) => share.level === level);
    const total = members.reduce((sum, share) => sum + share.weight, 0);
    for (const { minor, weight } of members) {
      const rateBps = rateOf(((prio === 0 ? top : floor) * weight) / total);
      classes.set(minor, {
        rateBps,
        ceilBps: lineBps,
        burstBytes: burstOf(rateBps),
        ceilBurstBytes: burstOf(lineBps),
        prio,
        quantumBytes: quantumOf(weight, members),
      });
    }
  }
  return classes;
}

export const lineClass = (lineBps: number): HtbClass => ({
  rateBps: lineBps,
  ceilBps: lineBps,
  burstBytes: burstOf(lineBps),
  ceilBurstBytes: burstOf(lineBps),
  prio: 0,
  quantumBytes: 0,
});

/** Down to what `tc` prints without rounding, and whole bytes: at most 0.1 per cent less. */
export function rateOf(bps: number): number {
  const step = bps >= 1e12 ? 1e9 : bps >= 1e9 ? 1e6 : bps >= 1e6 ? 1e3 : 8;
  return Math.max(MIN_RATE_BPS, Math.floor(bps / step) * step);
}

export const burstOf = (rateBps: number): number =>
  Math.max(MIN_BURST_BYTES, Math.ceil((rateBps / 8) * BURST_SECONDS));

function quantumOf(weight: number, members: readonly Share[]): number {
  const weights = members.map((member) => member.weight);
  const ratio = Math.max(...weights) / Math.min(...weights);
  const { least, usual, most } = QUANTUM_BYTES;
  const smallest = Math.max(least, Math.min(usual, most / ratio));
  return Math.min(most, Math.round((smallest * weight) / Math.min(...weights)));
}
