import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

/** Runs weir-controller in the foreground with a configuration; resolves with its exit code. */
export function runDaemon(configFile: string): Promise<number> {
  const main = join(dirname(require.resolve('@weir/controller')), 'main.js');
  const child = spawn(process.execPath, [main, '--config', configFile], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
