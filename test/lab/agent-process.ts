import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, Metadata, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import { elemsOf, formatPath, plainValue, toProtoPath } from '@weir/gnmi';
import { gnmi, type gnmiExt } from '@weir/proto-gen';

export const AGENT = join(__dirname, '../../apps/switch-agent/dist/main.js');

/** A switch of one namespace with two uplinks, and its agent as a process of its own. */
export class AgentProcess {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'weir-lab-agent-'));
  readonly binDir = mkdtempSync(join(tmpdir(), 'weir-lab-bin-'));
  readonly netns: string;
  private child: ChildProcess | null = null;
  private client: gnmi.gNMIClient | null = null;
  /** `127.0.0.1:port` of the agent that was started last. */
  address = '';
  log = '';

  constructor(name: string) {
    if (!existsSync(AGENT)) throw new Error(`${AGENT} is missing: run npm run build`);
    this.netns = `weir-lab-${process.pid}-${name}`;
    execFileSync('ip', ['netns', 'add', this.netns]);
    for (const [index, port] of ['up1', 'up2'].entries()) {
      this.ip('link', 'add', port, 'type', 'veth', 'peer', 'name', `peer${index}`);
      this.ip('link', 'set', port, 'up');
      this.ip('link', 'set', `peer${index}`, 'up');
      this.ip('addr', 'add', `10.0.${index}.0/31`, 'dev', port);
    }
  }

  ip(...args: string[]): string {
    return execFileSync('ip', ['-n', this.netns, ...args], { encoding: 'utf8' });
  }

  /** Everything that forwards, exactly as `ip` prints it. */
  kernel(): string {
    return this.ip('-j', 'nexthop') + this.ip('-j', 'route');
  }

  async start(
    extra: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    channel = credentials.createInsecure(),
  ): Promise<void> {
    const args = ['--listen', '127.0.0.1:0', '--state-dir', this.stateDir, '--netns', this.netns];
    const child = spawn(process.execPath, [AGENT, ...extra, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child = child;
    this.log = '';
    const collect = (chunk: Buffer): void => {
      this.log += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const port = await until('the agent to listen', () => {
      if (child.exitCode !== null) throw new Error(`the agent ended: ${this.log}`);
      return /"port":(\d+)/.exec(this.log)?.[1] ?? null;
    });
    this.address = `127.0.0.1:${port}`;
    this.connect(channel);
  }

  /** Another connection in place of the present one. */
  connect(channel: ChannelCredentials): void {
    this.client?.close();
    this.client = new gnmi.gNMIClient(this.address, channel);
  }

  /** SIGKILL, and the end of the process waited for. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = null;
    this.client?.close();
    this.client = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    child.stdout?.destroy();
    child.stderr?.destroy();
    await ended;
  }

  async dispose(): Promise<void> {
    await this.kill();
    for (const pid of execFileSync('ip', ['netns', 'pids', this.netns], { encoding: 'utf8' }).split(
      '\n',
    ))
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    execFileSync('ip', ['netns', 'del', this.netns]);
    for (const directory of [this.stateDir, this.binDir])
      rmSync(directory, { recursive: true, force: true });
  }

  get target(): gnmi.gNMIClient {
    if (this.client === null) throw new Error('the agent is not running');
    return this.client;
  }

  set(
    leaves: Readonly<Record<string, unknown>>,
    options: { commit?: gnmiExt.Commit; deletes?: readonly string[] } = {},
  ): Promise<gnmi.SetResponse> {
    const request = gnmi.SetRequest.fromPartial({
      delete: (options.deletes ?? []).map((path) => toProtoPath(path)),
      update: Object.entries(leaves).map(([path, value]) => ({
        path: toProtoPath(path),
        val: { value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) } },
      })),
      extension:
        options.commit === undefined ? [] : [{ ext: { $case: 'commit', value: options.commit } }],
    });
    return unary((done) => this.target.set(request, new Metadata(), deadline(), done));
  }

  /** Leaves below a path, by canonical path. */
  async get(
    path: string,
    type = gnmi.GetRequest_DataType.ALL,
  ): Promise<ReadonlyMap<string, unknown>> {
    const request = gnmi.GetRequest.fromPartial({
      path: [toProtoPath(path)],
      type,
      encoding: gnmi.Encoding.PROTO,
    });
    const response = await unary<gnmi.GetResponse>((done) =>
      this.target.get(request, new Metadata(), deadline(), done),
    );
    const leaves = new Map<string, unknown>();
    for (const { prefix, update } of response.notification)
      for (const item of update)
        leaves.set(formatPath([...elemsOf(prefix), ...elemsOf(item.path)]), plainValue(item.val));
    return leaves;
  }

  capabilities(metadata = new Metadata()): Promise<gnmi.CapabilityResponse> {
    const request = gnmi.CapabilityRequest.fromPartial({});
    return unary((done) => this.target.capabilities(request, metadata, deadline(), done));
  }
}

const deadline = (): { deadline: number } => ({ deadline: Date.now() + 30_000 });

export function unary<Response>(
  call: (done: (error: ServiceError | null, response: Response) => void) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

/** Waits for a condition, not for time; fails with its name after the deadline. */
export async function until<Value>(
  what: string,
  condition: () => Value | null | false | Promise<Value | null | false>,
  timeoutMs = 30_000,
): Promise<Value> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const value = await condition();
    if (value !== null && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}`);
}
