/**
 * `npm run endurance`: a whole fabric of real gNMI servers and the real daemon, and two hundred
 * things that go wrong at times drawn from a seed.
 *
 *     npm run endurance                                60 switches, 120 links, 350 flows, 10 minutes
 *     npm run endurance -- --minutes 2 --events 40 --seed 7
 *     npm run endurance -- --json                      the report as JSON on stdout
 */
import { optionsOf } from './options';
import { endure, type EnduranceReport } from './run';

const options = optionsOf(process.argv.slice(2));
const say = (text: string): void =>
  void (options.json ? process.stderr : process.stdout).write(`${text}\n`);

function table(report: EnduranceReport): void {
  const { switches, links, flows, minutes, eventCount, kills, seed } = report;
  say(
    `${switches} switches, ${links} links, ${flows} flows; ${minutes} min, ${eventCount} events, ` +
      `${kills} of them kill -9 of the daemon; --seed ${seed}`,
  );
  const counts = (all: Readonly<Record<string, number | undefined>>): string =>
    Object.entries(all)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  say(`events: ${counts(report.events)}`);
  say(`changes: ${counts(report.changes)}`);
  for (const { name, ok, found } of report.checks)
    say(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(52)} ${found}`);
}

endure(options, say).then(
  (report) => {
    table(report);
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    process.exitCode = report.failed === 0 ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 2;
  },
);
