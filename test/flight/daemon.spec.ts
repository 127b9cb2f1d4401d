import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFlights, parseFlight, type FlightContent } from '@weir/adapter-flight-file';
import { readEntries, replay } from '@weir/runtime';
import { Rehearsal } from '../e2e/harness/rehearsal';
import { must, program } from './program';

jest.setTimeout(180_000);

const PASSWORD = 'a-password-that-nobody-else-has';
const CREDENTIALS = { usernameEnv: 'WEIR_TEST_USER', passwordEnv: 'WEIR_TEST_PASSWORD' };
const SECRETS = { WEIR_TEST_USER: 'robot', WEIR_TEST_PASSWORD: PASSWORD };

/** The only recording of a daemon. */
function recordingOf(stage: Rehearsal): FlightContent {
  const flights = listFlights(join(stage.site.folder, 'flight'));
  expect(flights).toHaveLength(1);
  return must(parseFlight(readFileSync(flights[0]?.path ?? '')));
}

const statesIn = ({ entries }: FlightContent): string[] =>
  [...readEntries(entries)].map(must).flatMap((entry) => {
    if (entry.kind !== 'outcome') return [];
    return entry.records.flatMap((body) => (body.kind === 'change-transition' ? [body.to] : []));
  });

describe('a daemon with devices', () => {
  let stage: Rehearsal;
  beforeEach(async () => {
    stage = await Rehearsal.start({
      southbound: { operationTimeoutMs: 1_000, credentials: CREDENTIALS },
    });
  });
  afterEach(() => stage.stop());

  it('leaves a recording of the change, which replays bit for bit and holds no secret', async () => {
    const daemon = await stage.daemon(SECRETS);
    const { weights } = stage.planned(await stage.configs());
    await stage.propose(daemon, weights);
    await stage.judge(daemon, 'improved');
    // The change was asked for by a person: it says nothing about a rule.
    for (const path of ['/v1/scores', '/v1/shadows?limit=5'])
      expect(await daemon.request('GET', path)).toMatchObject({
        status: 200,
        body: { items: [], next: null },
      });
    expect(await daemon.request('GET', '/v1/shadows?limit=none')).toMatchObject({
      status: 400,
      body: { code: 'request-invalid', where: 'query.limit' },
    });
    await daemon.program.stop();

    const content = recordingOf(stage);
    expect(content.complete).toBe(true);
    expect(statesIn(content)).toEqual(
      expect.arrayContaining(['applying', 'applied', 'verifying', 'confirmed']),
    );
    expect(must(replay(content.entries, program))).toMatchObject({
      identical: true,
      difference: null,
    });
    expect(Buffer.from(content.entries).includes(PASSWORD)).toBe(false);
  });

  it('leaves what there is when it is killed in the middle of a change, and that replays too', async () => {
    const daemon = await stage.daemon({ ...SECRETS, WEIR_CRASH_POINT: 'after:verdict' });
    const { weights } = stage.planned(await stage.configs());
    await stage.propose(daemon, weights);
    await stage.judge(daemon, 'improved');
    await daemon.program.exited;

    const content = recordingOf(stage);
    expect(content.complete).toBe(false);
    expect(must(replay(content.entries, program))).toMatchObject({ identical: true });
  });
});
