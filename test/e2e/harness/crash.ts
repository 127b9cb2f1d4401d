import { Daemon, isEnded, type ChangeView } from './daemon';
import { Program } from './program';
import type { Rehearsal } from './rehearsal';

type Effect = 'improved' | 'harmed';

/**
 * Kills the daemon at the labelled point of a change that the service then finds good or bad,
 * starts it again, and holds it to its promise: the change has ended, every device is as a whole
 * on the old or the new configuration, the journal says on which, and nothing is pending.
 */
export async function survives(stage: Rehearsal, label: string, effect: Effect): Promise<void> {
  const before = await stage.configs();
  const { weights, after } = stage.planned(before);
  const doomed = await stage.daemon({ WEIR_CRASH_POINT: label });
  let answered: ChangeView | null;
  try {
    answered = await stage.propose(doomed, weights);
    if (doomed.program.running) await stage.judge(doomed, effect);
    const said = `weir-controller: crash point ${label}`;
    await doomed.program.line((text) => text === said);
  } finally {
    await doomed.program.stop('SIGKILL');
  }

  const daemon = await Daemon.up(stage.site);
  try {
    const change = await ending(daemon, answered);
    const configs = await stage.configs();
    expect(configs).toEqual(change?.state === 'confirmed' ? after : before);
    if (change !== null) expect(['confirmed', 'rolled-back', 'rejected']).toContain(change.state);
    expect(await stage.fabric.pendingCommits()).toEqual([]);
    const chain = (await daemon.request('GET', '/v1/journal/verify')).body;
    expect(chain).toMatchObject({ chain: 'ok' });
  } finally {
    await daemon.program.stop('SIGKILL');
  }
}

/** The newest change once it has ended; null when it died before it was on record. */
async function ending(daemon: Daemon, answered: ChangeView | null): Promise<ChangeView | null> {
  const open = (await daemon.changes()).find((change) => !isEnded(change));
  if (open !== undefined) return daemon.ended(open.id);
  // A change that was acknowledged to the caller must be there.
  if (answered !== null) return daemon.change(answered.id);
  return (await daemon.changes())[0] ?? null;
}

/** What all those lives wrote can be checked without a daemon, by anyone. */
export async function journalHolds(stage: Rehearsal): Promise<void> {
  const verify = Program.start('cli', ['journal', 'verify', '--dir', stage.site.journal]);
  expect({ ...(await verify.exited), said: verify.tail() }).toMatchObject({ code: 0 });
}
