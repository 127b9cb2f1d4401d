import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Null where there is a gobgpd of version 3; else why the tests that need one are skipped. */
export function gobgpdSkipReason(): string | null {
  const { status, stdout } = spawnSync('gobgpd', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return 'gobgpd is not installed (Debian: gobgpd)';
  return / 3\./.test(stdout) ? null : `not version 3 of GoBGP: ${stdout.trim()}`;
}

export interface GobgpdOptions {
  /** Default: a speaker without neighbours that does not listen for BGP. */
  readonly config?: string;
  readonly netns?: string;
  /** Address of the API, host:port or unix:///path; default: loopback and a free port. */
  readonly address?: string;
  readonly args?: readonly string[];
}

const ALONE = `[global.config]\nas = 65000\nrouter-id = "10.255.0.1"\nport = -1\n`;

/** A real gobgpd of the test's own. */
export class Gobgpd {
  readonly dir = mkdtempSync(join(tmpdir(), 'weir-gobgpd-'));
  private child: ChildProcess | null = null;
  private log = '';

  private constructor(
    readonly address: string,
    private readonly options: GobgpdOptions,
  ) {
    writeFileSync(join(this.dir, 'gobgpd.toml'), options.config ?? ALONE);
  }

  static async start(options: GobgpdOptions = {}): Promise<Gobgpd> {
    const address = options.address ?? `127.0.0.1:${await freePort()}`;
    const daemon = new Gobgpd(address, options);
    await daemon.start();
    return daemon;
  }

  async start(): Promise<void> {
    const { netns, args = [] } = this.options;
    // A socket of a speaker that was killed stays behind and would be in the way.
    if (this.address.startsWith('unix:')) rmSync(socketOf(this.address), { force: true });
    const inside = netns === undefined ? [] : ['ip', 'netns', 'exec', netns];
    const config = join(this.dir, 'gobgpd.toml');
    const own = ['gobgpd', '-f', config, '--api-hosts', this.address, '--pprof-disable'];
    const [command = '', ...rest] = [...inside, ...own, ...args];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log += String(text)));
    this.child = child;
    await eventually(`gobgpd on ${this.address}`, () => isListening(this.address));
  }

  /** As if its machine had lost power. */
  async killHard(): Promise<void> {
    await this.end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.killHard();
    await this.start();
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What it logged so far. */
  get output(): string {
    return this.log;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

const socketOf = (address: string): string => address.slice('unix://'.length);

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const socket = address.startsWith('unix:')
    ? connect(socketOf(address))
    : connect(Number(address.slice(colon + 1)), address.slice(0, colon));
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

const LIMIT_MS = 30_000;

/** Waits for a state, and says which one never came. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = LIMIT_MS,
): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
