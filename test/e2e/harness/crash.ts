import { isEnded, type ChangeView, type Daemon } from './daemon';
import { Program } from './program';
import type { Rehearsal } from './rehearsal';

type Effect = 'improved' | 'harmed';

/** Lives that one recovery may take when the daemon is killed in the middle of it again. */
const MAX_LIVES = 4;

/**
 * A row of daemons, each killed at the next labelled point of a change that the service then finds
 * good or bad. The daemon that recovers from one death is the one that dies at the next label, so
 * that some labels strike in the middle of a recovery.
 */
export class Deaths {
  private alive: { readonly daemon: Daemon; readonly label: string } | null = null;

  constructor(
    private readonly stage: Rehearsal,
    private readonly labels: readonly string[],
    private readonly effect: Effect,
  ) {}

  /**
   * Kills the daemon at the label, starts it again, and holds it to its promise: the change has
   * ended, every device is as a whole on the old or the new configuration, the journal says on
   * which, and nothing is pending.
   */
  async survives(label: string): Promise<void> {
    const { stage } = this;
    const before = await stage.configs();
    const { weights, after } = stage.planned(before);
    const answered = await this.die(label, weights);

    const next = this.labels[this.labels.indexOf(label) + 1] ?? '';
    const { daemon, change } = await this.recover(next, answered);
    const configs = await stage.configs();
    expect(configs).toEqual(change?.state === 'confirmed' ? after : before);
    if (change !== null) expect(['confirmed', 'rolled-back', 'rejected']).toContain(change.state);
    expect(await stage.fabric.pendingCommits()).toEqual([]);
    const chain = (await daemon.request('GET', '/v1/journal/verify')).body;
    expect(chain).toMatchObject({ chain: 'ok' });
  }

  async stop(): Promise<void> {
    await this.alive?.daemon.program.stop('SIGKILL');
    this.alive = null;
  }

  private async die(label: string, weights: Record<string, number>): Promise<ChangeView | null> {
    const doomed = await this.doomed(label);
    try {
      await this.stage.calm(doomed);
      const answered = await this.stage.propose(doomed, weights);
      if (doomed.program.running) await this.stage.judge(doomed, this.effect);
      await doomed.program.line((text) => text === crashLine(label));
      return answered;
    } finally {
      await doomed.program.stop('SIGKILL');
    }
  }

  /** The daemon that recovered last, if it is the one for this label; else a new one. */
  private async doomed(label: string): Promise<Daemon> {
    const { alive } = this;
    this.alive = null;
    if (alive?.label === label && alive.daemon.program.running) return alive.daemon;
    await alive?.daemon.program.stop('SIGKILL');
    return this.stage.startDaemon(crashAt(label));
  }

  private async recover(
    label: string,
    answered: ChangeView | null,
  ): Promise<{ readonly daemon: Daemon; readonly change: ChangeView | null }> {
    for (let lives = 1; lives <= MAX_LIVES; lives++) {
      const own = lives < MAX_LIVES ? label : '';
      try {
        const daemon = await this.stage.startDaemon(crashAt(own));
        this.alive = { daemon, label: own };
        return { daemon, change: await ending(daemon, answered) };
      } catch (error) {
        const said = `${String(error)} ${this.alive?.daemon.program.tail() ?? ''}`;
        await this.stop();
        if (own === '' || !said.includes(crashLine(own))) throw error;
      }
    }
    throw new Error(`no recovery in ${MAX_LIVES} lives`);
  }
}

const crashAt = (label: string): Record<string, string> =>
  label === '' ? {} : { WEIR_CRASH_POINT: label };
const crashLine = (label: string): string => `weir-controller: crash point ${label}`;

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
