/**
 * `npm run proto`: checks the protocols in proto/ and generates libs/proto-gen from them.
 *
 *   node tools/proto.mjs            lint, breaking check, generate
 *   node tools/proto.mjs --check    the same, but fails when the committed code differs
 *   node tools/proto.mjs --release  makes the present state the baseline of the breaking check
 *
 * The breaking check compares with proto/baseline.binpb, the compiled protocols of the last
 * release. A file rather than git history: it works in a tarball, in a shallow clone, offline.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protoDir = join(root, 'proto');
const generatedDir = join(root, 'libs/proto-gen/src/generated');
const binDir = join(root, 'node_modules/.bin');

function buf(...args) {
  execFileSync(join(binDir, 'buf'), args, {
    cwd: protoDir,
    stdio: 'inherit',
    // buf looks up the local plugin protoc-gen-ts_proto in PATH.
    env: { ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ''}` },
  });
}

function filesBelow(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

function generate() {
  buf('generate');
  // Comes with the gnmi_service file option; 7,000 lines that nothing imports.
  rmSync(join(generatedDir, 'google/protobuf/descriptor.ts'), { force: true });
}

/** Files that are missing, superfluous or different in `dir`, compared with the generated ones. */
function differences(dir) {
  const names = new Set([...filesBelow(dir), ...filesBelow(generatedDir)]);
  const text = (base, name) => {
    const path = join(base, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  return [...names].filter((name) => text(dir, name) !== text(generatedDir, name));
}

function check() {
  const before = mkdtempSync(join(tmpdir(), 'weir-proto-'));
  try {
    cpSync(generatedDir, before, { recursive: true });
    generate();
    const changed = differences(before);
    if (changed.length === 0) return;
    // The tree is left as it was found: a check changes nothing.
    rmSync(generatedDir, { recursive: true });
    cpSync(before, generatedDir, { recursive: true });
    console.error(`libs/proto-gen is not what proto/ generates; run \`npm run proto\`. Differs:`);
    for (const name of changed) console.error(`  ${name}`);
    process.exitCode = 1;
  } finally {
    rmSync(before, { recursive: true, force: true });
  }
}

const mode = process.argv[2] ?? '';
if (!['', '--check', '--release'].includes(mode)) {
  console.error('usage: node tools/proto.mjs [--check | --release]');
  process.exit(2);
}
try {
  buf('lint');
  if (mode === '--release') buf('build', '--exclude-source-info', '-o', 'baseline.binpb');
  // What is imported from the compiler itself (google/protobuf) is not ours and follows its version.
  else buf('breaking', '--exclude-imports', '--against', 'baseline.binpb');
  if (mode === '--check') check();
  else generate();
} catch (error) {
  // buf has printed what is wrong; only a failure to start it needs a message of ours.
  if (error.status === undefined || error.status === null) console.error(error.message);
  process.exitCode = 1;
}
