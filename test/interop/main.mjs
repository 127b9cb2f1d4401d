// `npm run interop`: sets up clients and senders that are not ours (each skipped with its reason where
// their tools or registries are absent), then runs the specs of this folder with all of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/weir-interop');
const SETUP_LIMIT_MS = 15 * 60_000;

/** Ends with the last words of a step that failed. */
function step(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: SETUP_LIMIT_MS, ...options });
  if (done.status === 0) return;
  const words = done.error?.message ?? `${done.stderr}${done.stdout}`.trim().split('\n').at(-1);
  throw new Error(`${program} ${args.slice(0, 3).join(' ')}: ${words}`);
}

/** gnmic has no `go install` (replace directives); a module that requires it does. */
function gnmic(file) {
  const folder = join(CACHE, 'gnmic-module');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const base = 'github.com/openconfig/gnmic';
  const requires = [`${base} v0.44.1`, `${base}/pkg/api v0.1.11`];
  const lines = requires.map((line) => `require ${line}\n`).join('');
  writeFileSync(join(folder, 'go.mod'), `module weir.dev/interop\n\ngo 1.24\n\n${lines}`);
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
  step('go', ['build', '-o', file, base], { cwd: folder, env });
}

function gnmiCli(file) {
  const env = { ...process.env, CGO_ENABLED: '0', GOBIN: dirname(file) };
  step('go', ['install', 'github.com/openconfig/gnmi/cmd/gnmi_cli@v0.14.1'], { env });
}

function python(folder, packages) {
  const venv = join(CACHE, folder);
  step('python3', ['-m', 'venv', venv]);
  step(join(venv, 'bin/pip'), ['install', '--quiet', ...packages]);
}

const pygnmi = () => python('venv', ['pygnmi==0.8.15']);

/** In a folder of its own: the two want different versions of what both need. */
const otel = () =>
  python(
    'venv-otel',
    ['sdk', 'exporter-otlp-proto-grpc'].map((name) => `opentelemetry-${name}==1.45.2`),
  );

const CLIENTS = [
  { variable: 'WEIR_INTEROP_GNMIC', file: join(CACHE, 'gnmic'), setUp: gnmic },
  { variable: 'WEIR_INTEROP_GNMI_CLI', file: join(CACHE, 'gnmi_cli'), setUp: gnmiCli },
  { variable: 'WEIR_INTEROP_PYTHON', file: join(CACHE, 'venv/bin/python'), setUp: pygnmi },
  { variable: 'WEIR_INTEROP_OTEL', file: join(CACHE, 'venv-otel/bin/python'), setUp: otel },
];

mkdirSync(CACHE, { recursive: true });
const env = { ...process.env };
for (const { variable, file, setUp } of CLIENTS) {
  if ((env[variable] ?? '') !== '') continue;
  try {
    if (!existsSync(file)) setUp(file);
    if (!existsSync(file)) throw new Error(`${file} was not made`);
    env[variable] = file;
    console.log(`READY ${setUp.name}`);
  } catch (error) {
    console.log(`SKIP ${setUp.name}: ${error.message}`);
  }
}
const jest = join(ROOT, 'node_modules/.bin/jest');
const done = spawnSync(jest, ['test/interop', '--maxWorkers', '1', '--verbose'], {
  cwd: ROOT,
  stdio: 'inherit',
  env,
});
process.exit(done.status ?? 1);
