/** Programs of a run: each on a node, each with a log, all ended at the end. */
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MANAGER } from './topology.mjs';

/** The lab stands for machines of its own: on a busy one its processes go first. */
const NICE = -10;

export class Processes {
  #entries = [];

  /** `place(node)` says `{machine, prefix}`: where a node is and what enters its namespace. */
  constructor(place, workDir) {
    this.place = place;
    this.workDir = workDir;
  }

  /**
   * Starts `command` on a node; its output goes to `<name>.out` and `.err`. `onLine` sees stdout as
   * it comes. `exited` resolves with the exit code; `stop` is how an end is made an expected one.
   */
  start(name, node, command, { onLine, env, mayEnd = false } = {}) {
    const { machine, prefix } = this.place(node);
    const child = machine.spawn([...prefix, ...command], { env, nice: NICE });
    const output = createWriteStream(join(this.workDir, `${name}.out`));
    const errors = createWriteStream(join(this.workDir, `${name}.err`));
    let rest = '';
    child.onStdout((chunk) => {
      output.write(chunk);
      if (onLine === undefined) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) onLine(line);
    });
    const last = [];
    child.onStderr((chunk) => {
      errors.write(chunk);
      last.push(chunk);
      if (last.length > 20) last.shift();
    });
    const entry = { name, child, exited: child.exited, expected: false };
    child.exited.then((code) => {
      if (entry.expected || (mayEnd && code === 0)) return;
      const said = last.join('').trim() || this.tail(name);
      this.onUnexpectedExit?.(`${name} ended with code ${code}: ${said.slice(-600)}`);
    });
    this.#entries.push(entry);
    return {
      exited: child.exited,
      stop: (signal = 'SIGTERM') => {
        entry.expected = true;
        child.kill(signal);
        return child.exited;
      },
    };
  }

  /** Last lines that a process wrote to stdout, for error messages. */
  tail(name) {
    const text = readFileSync(join(this.workDir, `${name}.out`), 'utf8').trim();
    return text === '' ? 'no output' : text.split('\n').slice(-3).join(' | ');
  }

  /** Ends all of them, gently first. */
  async stopAll() {
    for (const entry of this.#entries) {
      entry.expected = true;
      entry.child.kill('SIGTERM');
    }
    const all = Promise.all(this.#entries.map((entry) => entry.exited));
    const patience = new Promise((resolve) => setTimeout(resolve, 3000).unref());
    await Promise.race([all, patience]);
    for (const entry of this.#entries) entry.child.kill('SIGKILL');
  }
}

/** Node `manager` is here; the others are in namespaces of their own, wherever the fabric is. */
export const placesOf = (local, machine, namespaceOf) => (node) =>
  node === MANAGER
    ? { machine: local, prefix: [] }
    : { machine, prefix: ['ip', 'netns', 'exec', namespaceOf(node)] };

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
