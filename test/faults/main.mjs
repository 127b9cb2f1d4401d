// `npm run faults`: the specs of test/faults in their long form, with progress and a table.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const ROOT = join(FOLDER, '..', '..');
const POLL_MS = 500;

const USAGE = `usage: npm run faults -- [--only NAME] [--kills N] [--seed N] [--json]

  --only NAME  one folder of test/faults or one spec: kills, redis, disk, upgrade, ...
  --kills N    deaths by SIGKILL in the campaign of processes/kills (200)
  --seed N     seed of what is random there
  --json       one JSON object instead of the table

Real daemons, a real redis-server and simulated switches; \`npm test\` runs the short form.
exit:  0 everything held   1 something did not   2 wrong usage
`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        kills: { type: 'string', default: '200' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const whole = [values.kills, values.seed].every((text) => !text || /^\d+$/.test(text));
    if (whole && !values.help) return values;
    if (values.help) process.stdout.write(USAGE);
    else process.stderr.write(USAGE);
    process.exit(values.help ? 0 : 2);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const names = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? [`${entry.name}/`, ...names(join(folder, entry.name))]
      : entry.name.endsWith('.spec.ts')
        ? [`/${entry.name}`]
        : [],
  );

const { only, kills, seed, json } = options();
if (only && !names(FOLDER).some((name) => name.includes(only))) {
  process.stderr.write(`nothing in test/faults is called ${only}\n\n${USAGE}`);
  process.exit(2);
}

const built = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-b'], {
  cwd: ROOT,
  stdio: ['ignore', 2, 2],
});
if (built.status !== 0) process.exit(1);

const scratch = mkdtempSync(join(tmpdir(), 'weir-faults-'));
const figuresFile = join(scratch, 'figures.jsonl');
const resultFile = join(scratch, 'jest.json');
const figures = () =>
  existsSync(figuresFile)
    ? readFileSync(figuresFile, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];

let shown = 0;
function progress() {
  const all = figures();
  const deaths = all.filter(({ topic }) => topic === 'kill').length;
  for (const { topic, ...fields } of all.slice(shown)) {
    const text = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const count = topic === 'kill' ? ` (${deaths} of ${kills})` : '';
    process.stderr.write(`${topic}${count} ${text.join(' ')}\n`);
  }
  shown = all.length;
}

const pattern = only === undefined ? 'test/faults/' : `test/faults/.*${only}`;
const jest = spawn(
  process.execPath,
  [
    join(ROOT, 'node_modules/.bin/jest'),
    ...['--maxWorkers', '2', '--json', '--outputFile', resultFile],
    ...['--testPathPatterns', pattern],
  ],
  {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      WEIR_FAULTS: 'long',
      WEIR_FAULT_KILLS: kills,
      WEIR_FAULT_FIGURES: figuresFile,
      ...(seed === undefined ? {} : { WEIR_FAULT_SEED: seed }),
    },
  },
);
const timer = setInterval(progress, POLL_MS);
// Jest ends its programs when it is interrupted itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => jest.kill(signal));
const code = await new Promise((resolve) => jest.once('close', (status) => resolve(status ?? 1)));
clearInterval(timer);
progress();

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;

/** Kills by label: how often, how many of them recovered, and how long it took. */
function byLabel() {
  const rows = new Map();
  for (const figure of figures().filter(({ topic }) => topic === 'kill')) {
    const row = rows.get(figure.at) ?? { at: figure.at, kills: 0, recovered: 0, times: [] };
    row.kills += figure.kills;
    row.recovered += figure.wrongs.length === 0 ? figure.kills : 0;
    row.times.push(figure.terminalMs);
    rows.set(figure.at, row);
  }
  return [...rows.values()]
    .map(({ times, ...row }) => ({ ...row, medianMs: median(times), maxMs: Math.max(...times) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}

const result = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : null;
const tests = (result?.testResults ?? []).flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName, duration }) => ({
    file: name.slice(FOLDER.length + 1),
    test: fullName,
    status,
    seconds: Math.round((duration ?? 0) / 100) / 10,
  })),
);
const deaths = byLabel();
const others = figures().filter(({ topic }) => topic !== 'kill');
rmSync(scratch, { recursive: true, force: true });

if (json) {
  process.stdout.write(
    `${JSON.stringify({ ok: code === 0, tests, kills: deaths, figures: others })}\n`,
  );
} else {
  const pad = (value, width) => String(value).padStart(width);
  if (deaths.length > 0) {
    console.log(`${'killed at'.padEnd(34)}  kills  recovered  median ms  max ms`);
    for (const row of [...deaths, totals(deaths)])
      console.log(
        `${row.at.padEnd(34)} ${pad(row.kills, 6)} ${pad(row.recovered, 10)} ${pad(row.medianMs, 10)} ${pad(row.maxMs, 7)}`,
      );
    console.log('');
  }
  for (const { topic, ...fields } of others) console.log(`${topic} ${JSON.stringify(fields)}`);
  for (const { status, test, seconds } of tests)
    console.log(`${status === 'passed' ? 'PASS' : status.toUpperCase()} ${test} (${seconds} s)`);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  console.log(`${passed} of ${tests.length} held`);
}
process.exit(code === 0 ? 0 : 1);

function totals(rows) {
  const total = (of) => rows.reduce((sum, row) => sum + of(row), 0);
  return {
    at: 'all',
    kills: total((row) => row.kills),
    recovered: total((row) => row.recovered),
    medianMs: median(rows.map((row) => row.medianMs)),
    maxMs: Math.max(...rows.map((row) => row.maxMs)),
  };
}
