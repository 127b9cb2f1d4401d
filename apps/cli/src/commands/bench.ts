import { Option, type Command } from 'commander';
import type * as Bench from '../bench';
import { table } from '../output/table';
import type { Session } from '../session';
import { addDecisionsBench } from './bench-decisions';
import { addFlightBench } from './bench-flight';
import { addModelBench } from './bench-model';
import { addOutcomesBench } from './bench-outcomes';
import { addSimBench } from './bench-sim';
import { countsOption, integerOption } from './option-values';

interface BenchOptions {
  readonly interfaces: readonly number[];
  readonly iterations?: number;
  readonly json?: boolean;
}

export function addBenchCommands(program: Command, session: Session): void {
  const bench = program
    .command('bench')
    .description('benchmarks of the controller on this machine');
  addDecisionsBench(bench, session);
  addModelBench(bench, session);
  addOutcomesBench(bench, session);
  addSimBench(bench, session);
  addFlightBench(bench, session);
  bench
    .command('reaction')
    .description('time from telemetry that shows a breach to the first Set, by size of the fabric')
    .option('--interfaces <counts>', 'sizes, separated by commas', countsOption, [4096, 65536])
    .addOption(
      new Option('--iterations <count>', 'reactions per size (default: 200)').argParser(
        integerOption,
      ),
    )
    .option('--json', 'the same as -o json')
    .addHelpText('after', '\nWorks without a daemon.')
    .action(async (options: BenchOptions, command: Command) => {
      const printer = session.printer(command);
      // Loaded when asked for: the bench brings in gNMI and the engine, which others do without.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { runReactionBench } = require('../bench') as typeof Bench;
      const { interfaces, iterations } = options;
      const report = await runReactionBench({
        interfaces,
        ...(iterations === undefined ? {} : { iterations }),
        progress: (line) => printer.remark(line),
      });
      if (options.json) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => reactionText(report));
    });
}

const ms = (value: number): string => `${Number(value.toFixed(2))}`;

function reactionText(report: Bench.ReactionReport): string {
  type Size = Bench.ReactionReport['sizes'][number];
  const columns = [
    { title: 'interfaces', text: (size: Size) => String(size.interfaces) },
    { title: 'series', text: (size: Size) => String(size.series) },
    { title: 'p50 ms', text: (size: Size) => ms(size.p50Ms) },
    { title: 'p99 ms', text: (size: Size) => ms(size.p99Ms) },
    { title: 'max ms', text: (size: Size) => ms(size.maxMs) },
    { title: 'bytes/series', text: (size: Size) => ms(size.bytesPerSeries.columns) },
  ];
  const { growth, targetP99Ms, met, machine } = report;
  return [
    table(columns, report.sizes, false).trimEnd(),
    `target: p99 under ${targetP99Ms} ms at the largest size, ${met ? 'met' : 'not met'}`,
    `growth: interfaces x${ms(growth.interfaces)}, p50 x${ms(growth.p50)}, p99 x${ms(growth.p99)}`,
    `machine: ${machine.cpu}, ${machine.cores} cores, node ${machine.node}`,
    ...report.method.map((line) => `- ${line}`),
  ].join('\n');
}
