import { Option, type Command } from 'commander';
import type * as Bench from '../bench/sim';
import { table } from '../output/table';
import type { Session } from '../session';
import { countsOption, integerOption } from './option-values';

interface SimBenchOptions {
  readonly hosts: readonly number[];
  readonly seconds: number;
  readonly json?: boolean;
}

export function addSimBench(bench: Command, session: Session): void {
  bench
    .command('sim')
    .description('virtual seconds that the simulated fabric lives in a second, by its size')
    .option('--hosts <counts>', 'sizes, separated by commas', countsOption, [256, 1024, 8192])
    .addOption(
      new Option('--seconds <count>', 'virtual seconds per size')
        .argParser(integerOption)
        .default(60),
    )
    .option('--json', 'the same as -o json')
    .addHelpText('after', '\nWorks without a daemon.')
    .action((options: SimBenchOptions, command: Command) => {
      const printer = session.printer(command);
      // Loaded when asked for, as the other benches are.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { runSimBench } = require('../bench/sim') as typeof Bench;
      const { hosts, seconds } = options;
      const report = runSimBench({ hosts, seconds, progress: (line) => printer.remark(line) });
      if (options.json) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => speedText(report));
    });
}

const short = (value: number): string => `${Number(value.toPrecision(3))}`;

function speedText(report: Bench.SpeedReport): string {
  type Row = Bench.SpeedReport['hosts'][number];
  const columns = [
    { title: 'fabric', text: (row: Row) => row.fabric },
    { title: 'hosts', text: (row: Row) => String(row.hosts) },
    { title: 'switches', text: (row: Row) => String(row.switches) },
    { title: 'jobs', text: (row: Row) => String(row.jobs) },
    { title: 'streams', text: (row: Row) => String(row.streams) },
    { title: 'events', text: (row: Row) => String(row.events) },
    { title: 'solves', text: (row: Row) => String(row.solves) },
    { title: 'virtual s', text: (row: Row) => String(row.virtualS) },
    { title: 'wall s', text: (row: Row) => short(row.wallS) },
    { title: 'cpu s', text: (row: Row) => short(row.cpuS) },
    { title: 'virtual/wall', text: (row: Row) => short(row.virtualPerWall) },
  ];
  const { target, met, machine } = report;
  const verdict = met === null ? 'not measured' : met ? 'met' : 'not met';
  return [
    table(columns, report.hosts, false).trimEnd(),
    '',
    table(columns, report.flows, false).trimEnd(),
    `target: ${target.virtualS} virtual s of ${target.hosts} hosts in ${target.cpuS} s of one core, ${verdict}`,
    `machine: ${machine.cpu}, ${machine.cores} cores, node ${machine.node}`,
    ...report.method.map((line) => `- ${line}`),
  ].join('\n');
}
