import type { Command } from 'commander';
import type * as Flight from '../flight';
import { table } from '../output/table';
import { percent } from '../output/units';
import type { Session } from '../session';

export function addFlightBench(bench: Command, session: Session): void {
  bench
    .command('flight <files...>')
    .description('what the flight recorder costs, on the passes of recordings')
    .option('--json', 'the same as -o json')
    .addHelpText('after', '\nWorks without a daemon.')
    .action((files: string[], options: { readonly json?: boolean }, command: Command) => {
      // Loaded when asked for: a replay brings in the engine, which others do without.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { measureFlights } = require('../flight') as typeof Flight;
      const costs = measureFlights(files);
      const printer = session.printer(command);
      if (options.json === true) printer.text(JSON.stringify({ costs }, null, 2));
      else printer.result({ costs }, () => costText(costs));
    });
}

const round = (value: number): string => String(Number(value.toFixed(3)));

const costText = (costs: readonly Flight.FileCost[]): string =>
  table(
    [
      { title: 'passes', text: ({ passes }) => String(passes) },
      { title: 'step ms/pass', text: ({ stepMs, passes }) => round(stepMs / passes) },
      { title: 'recorder ms/pass', text: ({ recorderMs, passes }) => round(recorderMs / passes) },
      { title: 'ratio', text: ({ ratio }) => percent(ratio) },
      { title: 'worst ms', text: ({ worstMs }) => round(worstMs) },
      { title: 'bytes/pass', text: ({ bytesPerPass }) => String(Math.round(bytesPerPass)) },
      { title: 'file', text: ({ file }) => file },
    ],
    costs,
    false,
  );
