import { arrayOf, numberField, numberOr, textOr } from '../kernel/json-fields';
import type { HtbClass } from './tree';
import { burstOf } from './shares';

/** A class of the root, as read. */
export interface ReadClass {
  readonly minor: number;
  readonly item: HtbClass;
  /** Under the class of the port's rate, or directly under the root. */
  readonly parent: string;
}

/**
 * HTB classes of `tc -d class show`. iproute2 6.1 prints them as text even when asked for JSON;
 * later ones print JSON, with rates in bytes per second. Other kinds of classes are skipped.
 */
export function parseClasses(text: string): readonly ReadClass[] {
  return text.trimStart().startsWith('[') ? fromJson(text) : fromText(text);
}

function fromJson(text: string): readonly ReadClass[] {
  return arrayOf(text, 'class').flatMap((row, position) => {
    if (row['class'] !== 'htb') return [];
    const at = `class[${position}]`;
    return [
      {
        minor: minorOf(textOr(row, 'handle', '')),
        parent: textOr(row, 'parent', 'root'),
        item: snapped({
          rateBps: numberField(row, 'rate', at) * 8,
          ceilBps: numberField(row, 'ceil', at) * 8,
          burstBytes: numberField(row, 'burst', at),
          ceilBurstBytes: numberField(row, 'cburst', at),
          prio: numberOr(row, 'prio', 0),
          quantumBytes: numberOr(row, 'quantum', 0),
        }),
      },
    ];
  });
}

function fromText(text: string): readonly ReadClass[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words[0] !== 'class' || words[1] !== 'htb') return [];
    const after = (name: string): string => words[words.indexOf(name, 3) + 1] ?? '';
    const has = (name: string): boolean => words.includes(name, 3);
    return [
      {
        minor: minorOf(words[2] ?? ''),
        parent: has('parent') ? after('parent') : 'root',
        item: snapped({
          rateBps: rateOf(after('rate')),
          ceilBps: rateOf(after('ceil')),
          burstBytes: sizeOf(after('burst')),
          ceilBurstBytes: sizeOf(after('cburst')),
          prio: has('prio') ? Number(after('prio')) : 0,
          quantumBytes: has('quantum') ? Number(after('quantum')) : 0,
        }),
      },
    ];
  });
}

const minorOf = (handle: string): number => Number.parseInt(handle.split(':')[1] ?? '', 16);

const RATE_UNITS: Readonly<Record<string, number>> = {
  bit: 1,
  Kbit: 1e3,
  Mbit: 1e6,
  Gbit: 1e9,
  Tbit: 1e12,
};

/** `37500Kbit` */
function rateOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(digits) * (RATE_UNITS[unit] ?? Number.NaN);
}

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, Kb: 1024, Mb: 1024 * 1024 };

/** `3192b/1`, `16Kb/1`: the number after the slash is of no meaning any more. */
function sizeOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d.]+)([A-Za-z]+)/.exec(text) ?? [];
  return Number(digits) * (SIZE_UNITS[unit] ?? Number.NaN);
}

/**
 * The kernel keeps a burst as time in ticks of 64 ns, and `tc` rounds it once more when printing:
 * what is within that of the agent's own figure is the agent's own figure.
 */
function snapped(item: HtbClass): HtbClass {
  const near = (bytes: number, rateBps: number): number => {
    const own = burstOf(rateBps);
    const grain = Math.max(
      (rateBps / 8) * 128e-9,
      own >= 1024 ? 16 : 1,
      own > 1024 * 1024 ? 1024 : 1,
    );
    return Math.abs(bytes - own) <= grain + 1 ? own : bytes;
  };
  return {
    ...item,
    burstBytes: near(item.burstBytes, item.rateBps),
    ceilBurstBytes: near(item.ceilBurstBytes, item.ceilBps),
  };
}
