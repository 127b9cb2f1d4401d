import type { Daemon } from '../e2e/harness/daemon';

export interface Reading {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly timers: number;
}

const MIB = 2 ** 20;
/** The first part of a life is start-up: modules, first images, buffers. */
const SETTLED_SHARE = 0.4;

const valueOf = (text: string, name: string): number => {
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? NaN);
};

const timersOf = (text: string): number =>
  Number(/^nodejs_active_resources\{type="Timeout"\} (\d+)/m.exec(text)?.[1] ?? 0);

/** What `/metrics` of the daemon says about its memory now; null when nobody answers. */
export async function readMemory(daemon: Daemon, atMs: number): Promise<Reading | null> {
  const answer = await daemon.attempt('GET', '/metrics');
  if (answer?.status !== 200) return null;
  return {
    atMs,
    heapBytes: valueOf(answer.text, 'nodejs_heap_size_used_bytes'),
    residentBytes: valueOf(answer.text, 'process_resident_memory_bytes'),
    timers: timersOf(answer.text),
  };
}

export interface Trend {
  readonly readings: number;
  readonly minutes: number;
  /** Least heap in each quarter of the settled life: what garbage collection leaves, MiB. */
  readonly heapFloorsMib: readonly number[];
  readonly heapGrowthMib: number;
  readonly residentMostMib: number;
  readonly timersMost: number;
}

/** How memory went over the longest life of the daemon. */
export function trendOf(lives: readonly (readonly Reading[])[]): Trend {
  const longest = lives.reduce((best, life) => (life.length > best.length ? life : best), []);
  const settled = longest.slice(Math.floor(longest.length * SETTLED_SHARE));
  const quarter = Math.max(1, Math.floor(settled.length / 4));
  const floors = [0, 1, 2, 3].map((part) => {
    const heaps = settled.slice(part * quarter, (part + 1) * quarter).map((one) => one.heapBytes);
    return heaps.length === 0 ? NaN : round(Math.min(...heaps) / MIB);
  });
  const [first = NaN, last = NaN] = [floors[0], floors[3]];
  const spanMs = (longest.at(-1)?.atMs ?? 0) - (longest[0]?.atMs ?? 0);
  return {
    readings: longest.length,
    minutes: round(spanMs / 60_000),
    heapFloorsMib: floors,
    heapGrowthMib: round(last - first),
    residentMostMib: round(Math.max(...longest.map((one) => one.residentBytes)) / MIB),
    timersMost: Math.max(...longest.map((one) => one.timers)),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
