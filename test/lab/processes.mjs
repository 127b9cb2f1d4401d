/** Child processes of the lab: each in a namespace, each with a log, all ended at the end. */
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { namespaceOf } from './namespaces.mjs';

/**
 * The lab stands for machines of its own: on a busy one its processes go first, so that latencies
 * are those of the links and not of somebody else's build.
 */
function favour(pid) {
  if (pid === undefined) return;
  try {
    setPriority(pid, -10);
  } catch {
    // It ended at once, which its exit reports; or priorities are forbidden, and it runs as it is.
  }
}

export class Processes {
  #children = [];

  constructor(run, workDir) {
    this.run = run;
    this.workDir = workDir;
  }

  /**
   * Starts `command` in the namespace of `node`; its output goes to `<name>.out` and `.err`.
   * `onLine` sees stdout as it comes. The promise `exited` resolves with the exit code.
   */
  start(name, node, command, { onLine, env } = {}) {
    const argv = ['netns', 'exec', namespaceOf(this.run, node), ...command];
    const child = spawn('ip', argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    favour(child.pid);
    const output = createWriteStream(join(this.workDir, `${name}.out`));
    let rest = '';
    child.stdout.on('data', (chunk) => {
      output.write(chunk);
      if (onLine === undefined) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) onLine(line);
    });
    child.stderr.pipe(createWriteStream(join(this.workDir, `${name}.err`)));
    const exited = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    const entry = { name, child, exited, expected: false };
    exited.then((code) => {
      if (!entry.expected)
        this.onUnexpectedExit?.(`${name} ended with code ${code}: ${this.tail(name)}`);
    });
    this.#children.push(entry);
    return {
      pid: child.pid,
      exited,
      stop: (signal = 'SIGTERM') => {
        entry.expected = true;
        child.kill(signal);
        return exited;
      },
    };
  }

  /** Last lines that a process wrote, for error messages. */
  tail(name) {
    for (const kind of ['err', 'out']) {
      const text = readFileSync(join(this.workDir, `${name}.${kind}`), 'utf8').trim();
      if (text !== '') return text.split('\n').slice(-3).join(' | ').slice(-600);
    }
    return 'no output';
  }

  /** Ends all of them, gently first. */
  async stopAll() {
    for (const entry of this.#children) {
      entry.expected = true;
      entry.child.kill('SIGTERM');
    }
    const all = Promise.all(this.#children.map((entry) => entry.exited));
    const patience = new Promise((resolve) => setTimeout(resolve, 3000).unref());
    await Promise.race([all, patience]);
    for (const entry of this.#children) entry.child.kill('SIGKILL');
  }
}

/** Waits until `condition` gives something other than null or false; asks every `everyMs`. */
export async function until(what, condition, { timeoutMs, everyMs = 100 }) {
  const deadline = Date.now() + timeoutMs;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value !== null && value !== false && value !== undefined) return value;
    } catch (error) {
      last = `; last error: ${error.message}`;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`${what}: not within ${timeoutMs} ms${last}`);
}
