import { isEnded, type ChangeView, type Daemon } from './daemon';
import { wrongs } from './ending';
import { Program } from './program';
import type { Rehearsal } from './rehearsal';

export type Effect = 'improved' | 'harmed';

/** Where death strikes: at a labelled point, or so long after the change was asked for. */
export type Blow = { readonly label: string } | { readonly afterMs: number };

/** What one death came to. */
export interface Death {
  /** False when the change ended without passing the point: nobody was killed. */
  readonly struck: boolean;
  /** Deaths, those in the middle of the recovery included. */
  readonly kills: number;
  readonly state: string;
  /** From the last start after the death until the change had ended, ms. */
  readonly terminalMs: number;
  readonly wrongs: readonly string[];
}

/** What the dead left behind. */
interface Left {
  /** The change as it was acknowledged to the caller. */
  readonly answered: ChangeView | null;
  /** The newest change before it. */
  readonly earlier: string | null;
}

interface Recovery {
  readonly daemon: Daemon;
  readonly change: ChangeView | null;
  readonly lives: number;
  readonly terminalMs: number;
}

/** Lives that one recovery may take when the daemon is killed in the middle of it again. */
const MAX_LIVES = 4;
/** A process that killed itself is gone by then. */
const GONE_MS = 2_000;

/**
 * A row of daemons, each killed in the middle of a change that the service then finds good or bad.
 * The daemon that recovers from one death is the one that dies at the next label, so that some
 * labels strike in the middle of a recovery.
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
    const next = this.labels[this.labels.indexOf(label) + 1];
    const blow = next === undefined ? null : { label: next };
    const death = await this.strike({ label }, this.effect, blow);
    expect(death).toMatchObject({ struck: true, wrongs: [] });
  }

  /** The same without a judgement; `next` is the blow that the daemon which recovers waits for. */
  async strike(blow: Blow, effect: Effect, next: Blow | null = null): Promise<Death> {
    const { stage } = this;
    const before = await stage.configs();
    const { weights, after } = stage.planned(before);
    const { struck, ...left } = await this.die(blow, effect, weights);
    const { daemon, change, lives, terminalMs } = await this.recover(labelOf(next), left);
    const found = await wrongs(stage, daemon, change, { before, after });
    const kills = lives - 1 + (struck ? 1 : 0);
    return { struck, kills, state: change?.state ?? 'unrecorded', terminalMs, wrongs: found };
  }

  async stop(): Promise<void> {
    await this.alive?.daemon.program.stop('SIGKILL');
    this.alive = null;
  }

  private async die(
    blow: Blow,
    effect: Effect,
    weights: Record<string, number>,
  ): Promise<Left & { readonly struck: boolean }> {
    const label = labelOf(blow);
    const doomed = await this.doomed(label);
    let timer: NodeJS.Timeout | null = null;
    try {
      await this.stage.calm(doomed);
      const earlier = (await doomed.changes())[0]?.id ?? null;
      if ('afterMs' in blow)
        timer = setTimeout(() => void doomed.program.stop('SIGKILL'), blow.afterMs);
      const answered = await this.stage.propose(doomed, weights);
      if (doomed.program.running) await this.stage.judge(doomed, effect);
      const gone = await Promise.race([
        doomed.program.exited,
        new Promise<null>((resolve) => setTimeout(() => resolve(null), GONE_MS)),
      ]);
      const ownDeath = doomed.program.stderr.includes(crashLine(label));
      return { answered, earlier, struck: gone !== null && ('afterMs' in blow || ownDeath) };
    } finally {
      if (timer !== null) clearTimeout(timer);
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

  private async recover(label: string, left: Left): Promise<Recovery> {
    for (let lives = 1; lives <= MAX_LIVES; lives++) {
      const own = lives < MAX_LIVES ? label : '';
      const startedMs = performance.now();
      try {
        const daemon = await this.stage.startDaemon(crashAt(own));
        this.alive = { daemon, label: own };
        const change = await ending(daemon, left);
        return { daemon, change, lives, terminalMs: Math.round(performance.now() - startedMs) };
      } catch (error) {
        const said = `${String(error)} ${this.alive?.daemon.program.tail() ?? ''}`;
        await this.stop();
        if (own === '' || !said.includes(crashLine(own))) throw error;
      }
    }
    throw new Error(`no recovery in ${MAX_LIVES} lives`);
  }
}

const labelOf = (blow: Blow | null): string => (blow !== null && 'label' in blow ? blow.label : '');
const crashAt = (label: string): Record<string, string> =>
  label === '' ? {} : { WEIR_CRASH_POINT: label };
const crashLine = (label: string): string => `weir-controller: crash point ${label}`;

/** The change once it has ended; null when the daemon died before it was on record. */
async function ending(daemon: Daemon, { answered, earlier }: Left): Promise<ChangeView | null> {
  const open = (await daemon.changes()).find((change) => !isEnded(change));
  if (open !== undefined) return daemon.ended(open.id);
  // A change that was acknowledged to the caller must be there.
  if (answered !== null) return daemon.change(answered.id);
  const newest = (await daemon.changes())[0] ?? null;
  return newest?.id === earlier ? null : newest;
}

/** What all those lives wrote can be checked without a daemon, by anyone. */
export async function journalHolds(stage: Rehearsal): Promise<void> {
  const verify = Program.start('cli', ['journal', 'verify', '--dir', stage.site.journal]);
  expect({ ...(await verify.exited), said: verify.tail() }).toMatchObject({ code: 0 });
}
