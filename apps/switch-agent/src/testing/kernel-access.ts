import { execFileSync } from 'node:child_process';

/** Why tests on a real kernel cannot run here; null when they can. */
export function kernelTestSkipReason(): string | null {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = `weir-test-probe-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', probe], { stdio: 'pipe' });
  } catch (error) {
    return `"ip netns add" does not work: ${error instanceof Error ? error.message : String(error)}`;
  }
  try {
    execFileSync('ip', ['-n', probe, 'link', 'set', 'lo', 'up'], { stdio: 'pipe' });
    execFileSync('ip', ['-n', probe, 'nexthop', 'add', 'id', '1', 'blackhole'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'this kernel has no nexthop objects';
  } finally {
    execFileSync('ip', ['netns', 'del', probe]);
  }
}
