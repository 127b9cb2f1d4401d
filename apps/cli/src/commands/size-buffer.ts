import { bdpBytes, SIZING_RULES, type SizingRule } from '@weir/algorithms';
import type { BufferInputs } from '@weir/core/model';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { table } from '../output/table';
import type { Session } from '../session';
import { integerOption } from './option-values';

interface SizeOptions {
  readonly rate: Rate;
  readonly rtt: number;
  readonly rule?: string;
  readonly workers: number;
  readonly flows: number;
  readonly jitter?: number;
  readonly delay?: number;
  readonly json?: boolean;
}

interface Rate {
  readonly bps: number;
  /** It was given in bytes per second. */
  readonly wasBytes: boolean;
}

/** What a rule says, in bytes; `least` differs where it gives a range. */
interface Size {
  readonly rule: string;
  readonly formula: string;
  readonly leastBytes: number;
  readonly bytes: number;
  readonly drainUs: number;
  readonly forWhom: string;
  readonly source: string;
}

export function addSizeBufferCommand(program: Command, session: Session): void {
  program
    .command('size-buffer')
    .description('how large a queue should be, by every known rule, in bytes')
    .requiredOption('--rate <rate>', 'of the port in bits per second, e.g. 100G', rateOption)
    .requiredOption('--rtt <time>', 'round trip without queues, e.g. 10us', microsOption)
    .addOption(
      new Option('--rule <name>', 'only this one').choices(SIZING_RULES.map(({ name }) => name)),
    )
    .option('--workers <number>', 'workers that exchange at the same time', integerOption, 1)
    .option('--flows <number>', 'flows that share the queue', integerOption, 1)
    .option('--jitter <time>', 'what arrivals vary by (default: the round trip)', microsOption)
    .option(
      '--delay <time>',
      'until the other end stops after it was told to (default: half the round trip)',
      microsOption,
    )
    .option('--json', 'the same as -o json')
    .addHelpText('after', '\nWorks without a daemon. Rates are in bits, sizes in bytes.')
    .action((options: SizeOptions, command: Command) => {
      const printer = session.printer(command);
      const inputs = inputsOf(options);
      const sizes = SIZING_RULES.filter(
        ({ name }) => options.rule === undefined || name === options.rule,
      ).map((rule) => sizeOf(rule, inputs));
      const warnings = warningsOf(options, inputs);
      for (const warning of warnings) printer.remark(warning);
      const value = { inputs, sizes, warnings };
      if (options.json === true) printer.text(JSON.stringify(value, null, 2));
      else printer.result(value, () => table(COLUMNS, sizes, printer.format === 'wide'));
    });
}

const inputsOf = (options: SizeOptions): BufferInputs => ({
  rateBps: options.rate.bps,
  rttUs: options.rtt,
  workers: options.workers,
  flows: options.flows,
  jitterUs: options.jitter ?? options.rtt,
  delayUs: options.delay ?? options.rtt / 2,
});

function sizeOf({ name, formula, forWhom, source, bytes }: SizingRule, inputs: BufferInputs): Size {
  const { least, most } = bytes(inputs);
  return {
    rule: name,
    formula,
    leastBytes: Math.ceil(least),
    bytes: Math.ceil(most),
    drainUs: Number(((most * 8e6) / inputs.rateBps).toFixed(3)),
    forWhom,
    source,
  };
}

const COLUMNS = [
  { title: 'rule', text: (size: Size) => size.rule },
  { title: 'bytes', text: bytesText },
  { title: 'drains in', text: (size: Size) => `${size.drainUs} us` },
  { title: 'formula', text: (size: Size) => size.formula },
  { title: 'for', text: (size: Size) => size.forWhom, wide: true },
  { title: 'source', text: (size: Size) => size.source },
] as const;

function bytesText({ leastBytes, bytes }: Size): string {
  return leastBytes === bytes ? String(bytes) : `${leastBytes} to ${bytes}`;
}

/** Eight times too much is the usual mistake; the sum is shown in both units. */
function warningsOf({ rate }: SizeOptions, { rateBps, rttUs }: BufferInputs): readonly string[] {
  const bytes = bdpBytes(rateBps, rttUs);
  const [gbps, kbit, kilobytes] = [rateBps / 1e9, (bytes * 8) / 1e3, bytes / 1e3].map((value) =>
    String(Number(value.toPrecision(6))),
  );
  const warnings = [
    `${gbps} Gb/s x ${rttUs} us are ${kbit} kbit, which is ${kilobytes} KB and not ${kbit} KB: ` +
      'rates are in bits, buffers in bytes',
  ];
  if (rate.wasBytes) warnings.push(`the rate was given in bytes per second: ${gbps} Gb/s`);
  return warnings;
}

const SCALE: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** `100G`, `100Gbps` and `100Gb/s` are bits; `12.5GB/s` is bytes. */
function rateOption(text: string): Rate {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(bps|b\/s|bit\/s|B\/s|Bps)?$/.exec(text);
  const value = Number(match?.[1]) * (SCALE[match?.[2] ?? ''] ?? NaN);
  if (match === null || !(value > 0) || value > 1e15)
    throw new InvalidArgumentError(
      'A rate such as 100G, 400Gb/s or, in bytes, 12.5GB/s is needed.',
    );
  const wasBytes = match[3]?.startsWith('B') === true;
  return { bps: wasBytes ? value * 8 : value, wasBytes };
}

const MICROS: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6 };

/** A time with its unit, in microseconds. */
function microsOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/.exec(text);
  const value = Number(match?.[1]) * (MICROS[match?.[2] ?? ''] ?? NaN);
  if (match !== null && value > 0 && value <= 1e9) return value;
  throw new InvalidArgumentError('A time with its unit such as 10us or 1ms is needed.');
}
