import type { ServerResponse } from 'node:http';
import { DaemonDouble, Refused } from '../testing/daemon-double';
import { weir } from '../testing/weir';

let daemon: DaemonDouble;
beforeEach(async () => {
  daemon = await DaemonDouble.start();
});
afterEach(() => daemon.stop());

const record = (sequence: number, kind = 'frozen') => ({
  sequence,
  atMs: 0,
  epoch: 1,
  hash: '00',
  body: { kind, by: 'ops', reason: 'x' },
});
const send = (response: ServerResponse, ...records: ReturnType<typeof record>[]): void => {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const item of records)
    response.write(
      `id: ${item.sequence}\nevent: ${item.body.kind}\ndata: ${JSON.stringify(item)}\n\n`,
    );
};

describe('weir watch', () => {
  it('prints one line per record', async () => {
    daemon.on('GET /v1/events', (_, response) => send(response, record(4), record(5)));
    const { stdout, exitCode } = await weir(['watch', '--count', '2'], { server: daemon.url });
    expect(stdout).toBe(
      '1970-01-01T00:00:00.000Z  4  frozen  by=ops reason=x\n' +
        '1970-01-01T00:00:00.000Z  5  frozen  by=ops reason=x\n',
    );
    expect(exitCode).toBe(0);
    expect(daemon.last.headers['last-event-id']).toBeUndefined();
  });

  it('starts where it is told, shows the kinds that are wanted, one JSON object a line', async () => {
    daemon.on('GET /v1/events', (_, response) =>
      send(response, record(4), record(5, 'verdict'), record(6, 'verdict')),
    );
    const args = ['watch', '--from', '4', '--kind', 'verdict', '--count', '2', '-o', 'json'];
    const { stdout } = await weir(args, { server: daemon.url });
    const sequences = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    expect(sequences).toEqual([5, 6]);
    expect(daemon.last.headers['last-event-id']).toBe('3');
  });

  it('takes up a lost connection after the last record that it saw', async () => {
    let connections = 0;
    daemon.on('GET /v1/events', (_, response) => {
      connections += 1;
      send(response, record(connections * 10));
      if (connections === 1) response.end();
      // Cut off in the middle, once what was written is on its way.
      if (connections === 2) response.write(': half', () => response.destroy());
    });
    const { stdout, stderr } = await weir(['watch', '--count', '3', '-o', 'name'], {
      server: daemon.url,
    });
    expect(stdout).toBe('record/10\nrecord/20\nrecord/30\n');
    expect(stderr).toContain('connection lost; trying again in 500 ms');
    const resumed = daemon.requests.map(({ headers }) => headers['last-event-id']);
    expect(resumed).toEqual([undefined, '10', '20']);
  });

  it('ends on Ctrl-C', async () => {
    const interrupt = new AbortController();
    daemon.on('GET /v1/events', (_, response) => send(response, record(1)));
    const outcome = await weir(['watch'], {
      server: daemon.url,
      signal: interrupt.signal,
      onStdout: () => interrupt.abort(),
    });
    expect(outcome.exitCode).toBe(0);
  });

  it('gives up at once when the daemon refuses or is not there', async () => {
    daemon.on('GET /v1/events', () => {
      throw new Refused('unauthenticated', 'no valid token');
    });
    const refused = await weir(['watch'], { server: daemon.url });
    expect(refused.stderr).toContain('code: unauthenticated');
    const absent = await weir(['watch'], { server: 'http://127.0.0.1:1' });
    expect(absent.stderr).toContain('cannot reach');
  });

  it('says so when what comes is no record', async () => {
    daemon.on('GET /v1/events', (_, response) => {
      response.writeHead(200);
      response.write('data: {"sequence":"x"}\n\n');
    });
    const { exitCode, stderr } = await weir(['watch'], { server: daemon.url });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('an event that is no record');
  });
});
