// `npm run tidy`: the house rules over every file that git knows or would add.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from './glob.mjs';
import { ROOT } from './root.mjs';
import { checkFile, checkTree, longFiles, sourceLengths } from './tidy-checks.mjs';

/** Paths of the repository; outside a git checkout (a tarball) all files count. */
function listed() {
  const git = spawnSync('git', ['ls-files', '-z', '-c', '-o', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (git.status !== 0) return globSync(/./);
  return git.stdout.split('\0').filter((path) => path && existsSync(join(ROOT, path)));
}

const files = listed().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const complaints = [
  ...files.flatMap(({ path, text }) => checkFile(path, text)),
  ...checkTree(files),
];
for (const complaint of complaints) console.error(complaint);

const lengths = sourceLengths(files);
const long = longFiles(files);
if (complaints.length === 0) {
  console.log(`${files.length} files, median ${lengths[lengths.length >> 1] ?? 0} lines of source`);
  for (const { path, lines } of long) console.log(`long: ${path} ${lines} lines`);
}
process.exitCode = complaints.length === 0 ? 0 : 1;
