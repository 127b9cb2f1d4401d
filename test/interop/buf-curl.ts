import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { elemsOf, toProtoPath, type LeafValue } from '@weir/gnmi';

const ROOT = resolve(__dirname, '../..');
const BUF = resolve(ROOT, 'node_modules/.bin/buf');

/** Answers of a call, one document each, and what the client said of its status. */
export interface CurlAnswer {
  readonly documents: readonly unknown[];
  readonly stderr: string;
}

const pathOf = (text: string): unknown => ({ elem: elemsOf(toProtoPath(text)) });
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** gNMI by `buf curl`, which shares no code with the server: connect-go over plain HTTP/2. */
export class BufCurl {
  constructor(
    private readonly address: string,
    /** Network namespace from which it calls; null: this one. */
    private readonly netns: string | null = null,
  ) {}

  async set(
    leaves: readonly (readonly [path: string, value: LeafValue])[],
    deletes: readonly string[] = [],
    extension: readonly unknown[] = [],
  ): Promise<unknown> {
    const update = leaves.map(([path, value]) => ({
      path: pathOf(path),
      val: { jsonIetfVal: base64(value) },
    }));
    return this.one('Set', { update, delete: deletes.map(pathOf), extension });
  }

  /** JSON_IETF values of one path, decoded. */
  async get(path: string): Promise<readonly unknown[]> {
    const answer = (await this.one('Get', { path: [pathOf(path)], encoding: 'JSON_IETF' })) as {
      readonly notification: readonly {
        readonly update: readonly { readonly val: { readonly jsonIetfVal: string } }[];
      }[];
    };
    return answer.notification.flatMap(({ update }) =>
      update.map(
        ({ val }) => JSON.parse(Buffer.from(val.jsonIetfVal, 'base64').toString()) as unknown,
      ),
    );
  }

  subscribeOnce(path: string): Promise<CurlAnswer> {
    const subscription = [{ path: pathOf(path) }];
    return this.call('Subscribe', { subscribe: { mode: 'ONCE', encoding: 'PROTO', subscription } });
  }

  /** Rejects with the status that the client printed. */
  async one(rpc: string, request: unknown): Promise<unknown> {
    const { documents, stderr } = await this.call(rpc, request);
    if (documents.length !== 1) throw new Error(`buf curl ${rpc}: ${stderr}`);
    return documents[0];
  }

  async call(rpc: string, request: unknown): Promise<CurlAnswer> {
    const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--schema', 'proto'];
    const argv = [BUF, ...args, '-d', '@-', `http://${this.address}/gnmi.gNMI/${rpc}`];
    const inside = this.netns === null ? argv : ['ip', 'netns', 'exec', this.netns, ...argv];
    const [program = BUF, ...rest] = inside;
    const child = spawn(program, rest, { cwd: ROOT });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise((done) => child.once('close', done));
    child.stdin.end(JSON.stringify(request));
    await ended;
    // A stream comes as one JSON document after the other.
    const texts = stdout.split(/\n(?=\{)/).filter((text) => text.trim() !== '');
    return { documents: texts.map((text) => JSON.parse(text) as unknown), stderr };
  }
}
