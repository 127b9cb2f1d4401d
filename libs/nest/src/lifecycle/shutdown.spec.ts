import { installShutdown, type Shutdown } from './shutdown';

const log = { info: () => {}, warn: () => {}, error: () => {} };

describe('installShutdown', () => {
  let shutdown: Shutdown | undefined;
  afterEach(() => shutdown?.dispose());

  function install(stop: () => Promise<void>, deadlineMs = 60_000): Promise<number> {
    return new Promise((exit) => {
      shutdown = installShutdown({ stop, deadlineMs, log, exit, signals: ['SIGUSR2'] });
    });
  }

  it('stops on the first signal and exits with 0', async () => {
    let stopped = 0;
    const exited = install(async () => void stopped++);
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(await exited).toBe(0);
    expect(stopped).toBe(1);
  });

  it('exits at once on the second signal', async () => {
    const exited = install(() => new Promise(() => {}));
    process.emit('SIGUSR2', 'SIGUSR2');
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(await exited).toBe(130);
  });

  it('cuts a hanging stop off at the deadline', async () => {
    const exited = install(() => new Promise(() => {}), 10);
    shutdown?.request('lease lost', 3);
    expect(await exited).toBe(1);
  });

  it('exits with the code of the first reason', async () => {
    const exited = install(async () => {});
    shutdown?.request('lease lost', 3);
    shutdown?.request('other', 4);
    expect(await exited).toBe(3);
  });

  it('exits with 1 when the stop fails', async () => {
    const exited = install(() => Promise.reject(new Error('no')));
    shutdown?.request('any', 0);
    expect(await exited).toBe(1);
  });
});
