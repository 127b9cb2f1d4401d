// `npm run build`: removes what no source stands behind any more, then compiles. The compiler leaves
// the output of a module that was moved where it was, and `a.js` is found before `a/index.js`: after
// an update an old module would go on in place of the new one.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

const OUTPUT = /\.(?:js|d\.ts)(?:\.map)?$/;

/** Files of a package's `dist` whose source is gone. */
function orphans(workspace) {
  const dist = join(ROOT, workspace, 'dist');
  if (!existsSync(dist) || !existsSync(join(ROOT, workspace, 'src'))) return [];
  return readdirSync(dist, { recursive: true })
    .filter((path) => OUTPUT.test(path))
    .filter((path) => !existsSync(join(ROOT, workspace, 'src', path.replace(OUTPUT, '.ts'))))
    .map((path) => join(dist, path));
}

const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
for (const path of workspaces.flatMap(orphans)) rmSync(path);
const compiler = [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'];
const done = spawnSync(process.execPath, compiler, { cwd: ROOT, stdio: 'inherit' });
process.exit(done.status ?? 1);
