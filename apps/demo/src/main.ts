#!/usr/bin/env node
import { resolve } from 'node:path';
import { readCommandLine } from './command-line';
import { Display } from './display/display';
import { runDaemon } from './processes/run-daemon';
import { runDemo } from './run-demo';

async function main(): Promise<number> {
  const options = readCommandLine(process.argv);
  if (options.configFile !== null) {
    // npm runs scripts in the top folder and says in INIT_CWD where the user stands.
    const from = process.env['INIT_CWD'] ?? process.cwd();
    return runDaemon(resolve(from, options.configFile));
  }
  // With --json stdout holds the one object and nothing else.
  const out = options.json ? process.stderr : process.stdout;
  const isTerminal = out.isTTY === true;
  const display = new Display({
    write: (text) => void out.write(text),
    isTerminal,
    colour: isTerminal && (process.env['NO_COLOR'] ?? '') === '',
    // A terminal that does not know its width says 0.
    columns: () => out.columns || 100,
  });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const outcome = await runDemo(options, display, stopped);
  if (outcome === null) return options.once ? 1 : 0;
  if (options.json) process.stdout.write(`${JSON.stringify(outcome.report)}\n`);
  if (options.once) for (const failure of outcome.failures) display.result(false, failure);
  return outcome.failures.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`weir demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
