import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { MemoryBackend, startTarget, type Target } from './index';
import { until } from './testing/until';

/** buf curl is a gRPC client of another make (connect-go): it must understand us. */
const ROOT = resolve(__dirname, '../../..');
const MTU = '/interfaces/interface[name=e1]/config/mtu';
const PATH = { elem: [{ name: 'interfaces' }, { name: 'interface', key: { name: 'e1' } }] };

let target: Target;
beforeAll(async () => {
  const backend = new MemoryBackend({ [MTU]: 1500 });
  backend.setState('/interfaces/interface[name=e1]', { 'state/counters/in-octets': 2n ** 63n });
  target = await startTarget({ address: '127.0.0.1:0', backend });
});
afterAll(() => target.close());

/** As much of the answers as is looked into. */
interface Json {
  readonly response?: unknown;
  readonly notification?: readonly Notification[];
  readonly update?: { readonly prefix: unknown };
}
interface Notification {
  readonly update: readonly { readonly val: { readonly jsonIetfVal: string } }[];
}

async function bufCurl(rpc: string, request: unknown): Promise<{ json: Json[]; stderr: string }> {
  const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--schema', 'proto'];
  const url = `http://127.0.0.1:${target.port}/gnmi.gNMI/${rpc}`;
  const child = spawn(resolve(ROOT, 'node_modules/.bin/buf'), [...args, '-d', '@-', url], {
    cwd: ROOT,
  });
  let [stdout, stderr, done] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.on('close', () => (done = true));
  child.stdin.end(JSON.stringify(request));
  await until('buf curl ends', () => done, 25_000);
  // A stream comes as one JSON document after the other.
  const documents = stdout.split(/\n(?=\{)/).filter((text) => text.trim() !== '');
  return { json: documents.map((text) => JSON.parse(text) as Json), stderr };
}

const decoded = (base64: string): unknown => JSON.parse(Buffer.from(base64, 'base64').toString());

describe('buf curl', () => {
  it('asks for the capabilities', async () => {
    const { json } = await bufCurl('Capabilities', {});
    expect(json[0]).toMatchObject({
      gNMIVersion: '0.10.0',
      supportedEncodings: ['JSON_IETF', 'JSON', 'PROTO'],
    });
  }, 30_000);

  it('sets and gets', async () => {
    const config = { elem: [...PATH.elem, { name: 'config' }] };
    const value = Buffer.from(JSON.stringify({ mtu: 9000 })).toString('base64');
    const set = await bufCurl('Set', { update: [{ path: config, val: { jsonIetfVal: value } }] });
    expect(set.json[0]?.response).toEqual([{ path: config, op: 'UPDATE' }]);
    const get = await bufCurl('Get', { path: [PATH], encoding: 'JSON_IETF' });
    expect(decoded(get.json[0]?.notification?.[0]?.update[0]?.val.jsonIetfVal ?? '')).toEqual({
      'openconfig-interfaces:name': 'e1',
      'openconfig-interfaces:config': { mtu: 9000 },
      'openconfig-interfaces:state': {
        mtu: 9000,
        counters: { 'in-octets': '9223372036854775808' },
      },
    });
  }, 60_000);

  it('sees the status of a refusal', async () => {
    const { stderr } = await bufCurl('Get', { path: [{ elem: [{ name: 'vlans' }] }] });
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'not_found',
      message: 'no such node: /vlans',
    });
  }, 30_000);

  it('subscribes once', async () => {
    const subscribe = { mode: 'ONCE', encoding: 'PROTO', subscription: [{ path: PATH }] };
    const { json } = await bufCurl('Subscribe', { subscribe });
    expect(json.at(-1)).toEqual({ syncResponse: true });
    expect(json[0]?.update?.prefix).toEqual(PATH);
    expect(JSON.stringify(json)).toContain('"uintVal":"9223372036854775808"');
  }, 30_000);
});
