/**
 * `npm run fuzz`: the long form.
 *
 *     npm run fuzz -- --minutes 10                  every door, the time shared among them
 *     npm run fuzz -- --minutes 5 --door gnmi,otlp --seed 7 --json
 *     npm run fuzz -- --inputs 500 --door policy    a number of inputs instead of a time
 *     npm run fuzz -- --replay policy:7000123       one input again; what fails is shown whole
 *     npm run fuzz -- --replay policy:7000123 --keep NAME    and put into the corpus
 */
import { parseArgs } from 'node:util';
import { DOOR_NAMES, doorOf } from './doors';
import { inputOf, inputOfSeed, keepInput, shortInput } from './driver';
import { supervise, type ChildReport } from './supervise';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    inputs: { type: 'string' },
    door: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const say = (text: string): void =>
  void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const SAY_MS = 10_000;

function show(report: ChildReport): void {
  const { door, skipped, inputs, kept, outcomes, failures, heap } = report;
  if (skipped !== null) {
    say(`${door}: skipped, ${skipped}`);
    return;
  }
  const sorted = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  const counts = sorted.map(([name, count]) => `${name} ${count}`).join(', ');
  const memory = heap === null ? '' : `; heap ${mib(heap.quarterBytes)} -> ${mib(heap.endBytes)}`;
  say(`${door}: ${inputs} inputs and ${kept} kept, ${failures.length} failures${memory}`);
  say(`  ${counts}`);
  for (const { seed, kept: name, reason, input } of failures) {
    const again = seed === null ? `kept as ${name}` : `npm run fuzz -- --replay ${door}:${seed}`;
    say(`  FAILURE ${again}\n    ${reason.replaceAll('\n', '\n    ')}`);
    say(`    input: ${shortInput(inputOf(input))}`);
  }
}

async function replay(text: string): Promise<readonly ChildReport[]> {
  const at = text.lastIndexOf(':');
  const [door, seed] = [text.slice(0, at), Number(text.slice(at + 1))];
  if (at < 0 || !Number.isSafeInteger(seed)) throw new Error('--replay takes DOOR:SEED');
  const report = await supervise({ door, firstSeed: seed, unit: 'replay', amount: 1 });
  const [failure] = report.failures;
  const input =
    failure === undefined || failure.input === 'null'
      ? inputOfSeed(doorOf(door), seed)
      : inputOf(failure.input);
  if (values.keep !== undefined) say(`kept as ${keepInput(door, values.keep, input)}`);
  return [report];
}

async function run(): Promise<readonly ChildReport[]> {
  const names = values.door?.split(',') ?? DOOR_NAMES;
  // A seed of its own for each run, so that runs add up; it is printed.
  const firstSeed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 2_000_000) * 1_000;
  if (!Number.isSafeInteger(firstSeed) || firstSeed > 2 ** 31)
    throw new Error('--seed takes 0 to 2147483');
  say(`seeds from ${firstSeed} (--seed ${firstSeed / 1_000}); doors: ${names.join(', ')}`);
  const reports: ChildReport[] = [];
  for (const door of names) {
    if (!DOOR_NAMES.includes(door))
      throw new Error(`no door is called ${door}; doors: ${DOOR_NAMES.join(', ')}`);
    let saidMs = performance.now();
    const job =
      values.inputs === undefined
        ? {
            door,
            firstSeed,
            unit: 'minutes' as const,
            amount: Number(values.minutes) / names.length,
          }
        : { door, firstSeed, unit: 'inputs' as const, amount: Number(values.inputs) };
    const report = await supervise(job, (inputs) => {
      if (performance.now() - saidMs < SAY_MS) return;
      saidMs = performance.now();
      say(`  ${door}: ${inputs} inputs`);
    });
    show(report);
    reports.push(report);
  }
  return reports;
}

async function main(): Promise<void> {
  const reports = values.replay === undefined ? await run() : await replay(values.replay);
  if (values.replay !== undefined) reports.forEach(show);
  const failed = reports.reduce((sum, { failures }) => sum + failures.length, 0);
  if (values.json) process.stdout.write(`${JSON.stringify({ failed, doors: reports })}\n`);
  else say(failed === 0 ? 'no failure' : `${failed} failures`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
