import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';
import { freePort } from './free-port';

const dir = mkdtempSync(join(tmpdir(), 'weir-child-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function child(source: string): Child {
  const script = join(dir, 'script.js');
  writeFileSync(script, source);
  return Child.start('toy', script, [], join(dir, 'toy.log'));
}

describe('a child process', () => {
  it('is waited for by a JSON line, and stopped', async () => {
    const toy = child(`
      console.log('{not json'); console.log('{"msg":"a"}'); console.log('{"msg":"listening","http":7}');
      setInterval(() => undefined, 1000);`);
    expect(await toy.line((line) => line['msg'] === 'listening')).toMatchObject({ http: 7 });
    let unexpected = '';
    toy.onUnexpectedExit = (message) => (unexpected = message);
    await toy.stop();
    expect(unexpected).toBe('');
    expect(readFileSync(join(dir, 'toy.log'), 'utf8')).toContain('"msg":"a"');
  });

  it('tells with what words it ended', async () => {
    const toy = child(
      `console.log('{"level":"info"}'); console.error('toy: spec.x: required'); process.exit(1);`,
    );
    await expect(toy.line(() => false)).rejects.toThrow('toy ended: toy: spec.x: required');
  });

  it('tells when it dies on its own later', async () => {
    const toy = child(
      `console.log('{"msg":"up"}'); process.stdin.resume(); setTimeout(() => process.exit(3), 50);`,
    );
    const death = new Promise<string>((resolve) => {
      toy.onUnexpectedExit = resolve;
    });
    await toy.line((line) => line['msg'] === 'up');
    expect(await death).toContain('toy ended with code 3');
    await toy.stop();
  });
});

describe('a free port', () => {
  it('is the wanted one unless somebody listens there', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await freePort(port)).toBe(0);
    await new Promise((resolve) => server.close(resolve));
    expect(await freePort(port)).toBe(port);
  });
});
