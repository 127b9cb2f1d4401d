/** `npm run lab -- --setup`: installs what the scenarios need and this machine lacks. */
import { execFileSync } from 'node:child_process';
import { missingPackages, onPath } from './capabilities.mjs';

const STDERR = ['ignore', 2, 2];

/** Says what it does; throws when a package cannot be had. */
export function setUp(scenarios, progress) {
  const packages = missingPackages(scenarios);
  if (packages.length === 0) {
    progress('nothing to install');
    return;
  }
  if (!onPath('apt-get'))
    throw new Error(`no apt-get here: install by hand what is in Debian ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  for (const argv of [['update', '-q'], install]) {
    progress(`apt-get ${argv.join(' ')}`);
    execFileSync('apt-get', ['-q', ...argv], { stdio: STDERR, env });
  }
  const still = missingPackages(scenarios);
  if (still.length > 0) throw new Error(`apt-get left these out: ${still.join(', ')}`);
}
