/**
 * Runs one door in a process of its own and tells the parent before each input which one it is:
 * what hangs, or takes the process down, is known by that. Lines of JSON on standard output.
 * Arguments: door, first seed, `minutes` or `inputs`, how many.
 */
import { writeSync } from 'node:fs';
import { doorOf } from './doors';
import { inputText, runDoor } from './driver';

const [, , name = '', firstSeed = '1', unit = 'inputs', amount = '1'] = process.argv;

/** Told at most this often when nothing is wrong, ms; the first inputs always. */
const TELL_MS = 200;

/** Synchronously: the next input may kill the process. */
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

async function main(): Promise<void> {
  const door = doorOf(name);
  const startMs = performance.now();
  const lengthMs = Number(amount) * 60_000;
  const progress = (inputs: number): number =>
    unit === 'minutes' ? (performance.now() - startMs) / lengthMs : inputs / Number(amount);
  let toldMs = -Infinity;
  const report = await runDoor(door, {
    firstSeed: Number(firstSeed),
    progress,
    onlySeeds: unit === 'replay',
    onInput: (seed, kept) => {
      const nowMs = performance.now();
      const progressed = nowMs - toldMs >= TELL_MS;
      if (progressed) toldMs = nowMs;
      tell({ seed, kept, progressed });
    },
  });
  const failures = report.failures.map((one) => ({ ...one, input: inputText(one.input) }));
  tell({ report: { ...report, failures } });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
