/**
 * The two places where a fabric can be: the running kernel, and a User-mode Linux that is reached
 * over a socket. Both start programs and say what they print, and nothing else is asked of them.
 */
import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { setPriority } from 'node:os';

/** One program: `onStdout` and `onStderr` take a listener; `exited` resolves with its exit code. */
class Child {
  #listeners = { out: [], err: [] };

  constructor(kill) {
    this.kill = kill;
    this.exited = new Promise((resolve) => (this.settle = resolve));
  }

  onStdout(listener) {
    this.#listeners.out.push(listener);
  }

  onStderr(listener) {
    this.#listeners.err.push(listener);
  }

  emit(stream, text) {
    for (const listener of this.#listeners[stream]) listener(text);
  }
}

export class LocalMachine {
  kind = 'running';
  #children = new Set();

  /** `nice` below zero goes first: the lab stands for machines of its own, on a busy one too. */
  spawn(argv, { env = {}, input = null, nice = 0 } = {}) {
    const [program, ...args] = argv;
    const stdin = input === null ? 'ignore' : 'pipe';
    const process_ = spawn(program, args, {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    favour(process_.pid, nice);
    const child = new Child((signal) => process_.kill(signal));
    for (const [stream, name] of [
      [process_.stdout, 'out'],
      [process_.stderr, 'err'],
    ])
      stream.setEncoding('utf8').on('data', (text) => child.emit(name, text));
    process_.once('error', (error) => child.emit('err', `${error.message}\n`));
    process_.once('close', (code) => {
      this.#children.delete(process_);
      child.settle(code ?? 128);
    });
    if (input !== null) process_.stdin.on('error', () => undefined).end(input);
    this.#children.add(process_);
    return child;
  }

  close() {
    for (const child of this.#children) child.kill('SIGKILL');
    return Promise.resolve();
  }
}

/** The exec server of uml/exec-server.mjs at the other end of a socket. */
export class RemoteMachine {
  kind = 'uml';
  #socket;
  #children = new Map();
  #next = 1;
  #end;

  /** `end` is called once by `close`: it makes sure that the machine is gone. */
  constructor(socket, end) {
    this.#socket = socket.setEncoding('utf8').setNoDelay(true);
    this.#end = end;
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) this.#heard(JSON.parse(line));
    });
    // Whatever ended the machine, its programs are gone with it.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const child of this.#children.values()) {
        child.emit('err', 'User-mode Linux is gone\n');
        child.settle(128);
      }
      this.#children.clear();
    });
  }

  spawn(argv, { env = {}, input = null, nice = 0 } = {}) {
    const id = this.#next++;
    const child = new Child((signal) => this.#say({ op: 'kill', id, signal }));
    this.#children.set(id, child);
    this.#say({ op: 'spawn', id, argv, env, input, nice });
    return child;
  }

  close() {
    this.#socket.destroy();
    return this.#end();
  }

  #say(message) {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #heard({ id, out, err, code }) {
    const child = this.#children.get(id);
    if (child === undefined) return;
    if (out !== undefined) child.emit('out', out);
    if (err !== undefined) child.emit('err', err);
    if (code === undefined) return;
    this.#children.delete(id);
    child.settle(code);
  }
}

/** Connects to an exec server; rejects when nobody listens there yet. */
export function connectTo(host, port) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Runs a program to its end: its stdout; rejects with its stderr when it fails. */
export async function run(machine, argv, options = {}) {
  const child = machine.spawn(argv, options);
  const text = { out: '', err: '' };
  child.onStdout((chunk) => (text.out += chunk));
  child.onStderr((chunk) => (text.err += chunk));
  const code = await child.exited;
  if (code !== 0)
    throw new Error(`${argv.join(' ')}: ${text.err.trim() || `ended with code ${code}`}`);
  return text.out;
}

export function favour(pid, nice) {
  if (pid === undefined || nice === 0) return;
  try {
    setPriority(pid, nice);
  } catch {
    // It ended at once, which its exit reports; or priorities are forbidden, and it runs as it is.
  }
}
