import { createLogger, logPort } from './logger';
import { NestLogger } from './nest-logger';

function capture(): { lines: Record<string, unknown>[]; logger: ReturnType<typeof createLogger> } {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  return { lines, logger: createLogger({ level: 'debug', destination: destination }) };
}

describe('logger', () => {
  it('writes a constant message and fields, without secrets at any depth', () => {
    const { lines, logger } = capture();
    logPort(logger).info('config loaded', {
      changeId: 'chg-1',
      redis: { url: 'redis://user:hunter2@127.0.0.1:6379/0' },
      auth: { tokens: [{ name: 'ann', token: 'viewer-token-0001', tokenEnv: 'TOKEN' }] },
      headers: { Authorization: 'Bearer abc' },
      password: null,
    });
    const text = JSON.stringify(lines);
    expect(text).not.toMatch(/hunter2|viewer-token|Bearer abc/);
    expect(lines[0]).toMatchObject({ level: 'info', msg: 'config loaded', changeId: 'chg-1' });
    expect(text).toContain('redis://[redacted]@127.0.0.1:6379/0');
  });

  it('keeps errors with their stack', () => {
    const { lines, logger } = capture();
    logPort(logger).error('write failed', { err: new Error('disk full') });
    expect(lines[0]).toMatchObject({ level: 'error', err: { message: 'disk full' } });
  });

  it("gives the framework's lines a constant message", () => {
    const { lines, logger } = capture();
    const nest = new NestLogger(logger);
    nest.log('Mapped {/v1, GET} route', 'RouterExplorer');
    nest.error(new Error('no'), 'stack text', 'Injector');
    expect(lines).toMatchObject([
      {
        level: 'debug',
        msg: 'framework',
        text: 'Mapped {/v1, GET} route',
        context: 'RouterExplorer',
      },
      { level: 'error', msg: 'framework error', context: 'Injector' },
    ]);
  });
});
