import { Daemon } from '../../e2e/harness/daemon';
import { wrongs } from '../../e2e/harness/ending';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { note } from '../figures';

jest.setTimeout(300_000);

interface Absence {
  readonly stage: Rehearsal;
  readonly ignoreExtensions: boolean;
  /** The point at which the daemon is killed; the change is one that helps. */
  readonly point: string;
}

interface Outcome {
  readonly kind: string;
  readonly verb?: string;
  readonly outcome?: string;
}

/** The daemon dies at the point, stays away beyond the deadline of its change, and comes back. */
async function away({ stage, ignoreExtensions, point }: Absence): Promise<void> {
  for (const device of stage.devices) await stage.fabric.setFaults(device, { ignoreExtensions });
  const doomed = await stage.daemon({ WEIR_CRASH_POINT: point });
  const before = await stage.configs();
  const { weights, after } = stage.planned(before);
  const proposed = await stage.propose(doomed, weights);
  let deadlineMs = 0;
  await doomed.program.until('the daemon died', async () => {
    const answer = await doomed.attempt('GET', `/v1/changes/${proposed?.id ?? ''}`);
    const change = answer?.body as { deadlineMs?: number; state?: string } | undefined;
    deadlineMs = change?.deadlineMs ?? deadlineMs;
    if (change?.state === 'verifying') stage.workload.latencyMs = 25;
    return !doomed.program.running;
  });
  expect(await stage.configs()).toEqual(after);

  await stage.fabric.program.until(
    'the time of the change is over',
    async () => Date.now() > deadlineMs && (await stage.fabric.pendingCommits()).length === 0,
    90_000,
  );
  const meanwhile = ignoreExtensions ? after : before;
  expect(await stage.configs()).toEqual(meanwhile);
  const startedMs = performance.now();
  const late = await Daemon.up(stage.site);
  const change = await late.ended(proposed?.id ?? '');
  note('away too long', { point, ignoreExtensions, endedMs: performance.now() - startedMs });
  expect(change).toMatchObject({ state: 'rolled-back' });
  expect(await wrongs(stage, late, change, { before, after })).toEqual([]);
  const journal = await late.request('GET', '/v1/journal?limit=1000');
  const confirmed = (journal.body as { items: { body: Outcome }[] }).items
    .map(({ body }) => body)
    .filter(({ kind, verb }) => kind === 'device-outcome' && verb === 'confirm')
    .filter(({ outcome }) => outcome === 'done');
  expect(confirmed).toEqual([]);
  await late.program.stop();
}

async function staged(absence: Omit<Absence, 'stage'>): Promise<void> {
  const stage = await Rehearsal.start();
  try {
    await away({ ...absence, stage });
  } finally {
    await stage.stop();
  }
}

describe('a daemon that is away beyond the rollback time', () => {
  it.concurrent(
    'on devices with commit-confirmed: they went back alone, and no late confirm is sent',
    () => staged({ ignoreExtensions: false, point: 'after:confirming' }),
  );

  it.concurrent(
    'on devices without it: undone by the daemon that comes back, though the effect was not judged',
    () => staged({ ignoreExtensions: true, point: 'after:verifying' }),
  );
});
