import { runProcess, type RunProcess } from '../kernel/process';
import type { Log } from '../log';

/** Pause frames since the driver was loaded, 802.3x and PFC together. */
export interface PauseFrames {
  readonly in: bigint;
  readonly out: bigint;
}

/** Both kinds are `ethtool` of one port; most drivers have neither. */
const QUESTIONS = [
  { words: ['--include-statistics', '--show-pause'], parse: linkPauses },
  { words: ['--statistics'], parse: priorityPauses },
] as const;
type Question = (typeof QUESTIONS)[number];

/**
 * Pause frames of the ports, where the driver counts them. `ip` does not know them, and `ethtool`
 * tells one port at a time: they are read one after another beside the rest of the state, so that
 * they may be a reading older than it. A port that has none is not asked again until it is another.
 */
export class PauseCounters {
  private readonly known = new Map<string, PauseFrames>();
  /** By port: what it answers to. */
  private readonly asked = new Map<string, { ifindex: number; questions: readonly Question[] }>();
  private running = false;
  private missing = false;

  constructor(
    private readonly netns: string | null,
    private readonly log: Log,
    private readonly run: RunProcess = runProcess,
  ) {}

  /** Null where the driver does not count them. */
  of(name: string): PauseFrames | null {
    return this.known.get(name) ?? null;
  }

  /** Reads all ports; does nothing while it is at it already. Never rejects. */
  async refresh(ports: readonly { readonly name: string; readonly ifindex: number }[]) {
    if (this.running || this.missing) return;
    this.running = true;
    try {
      for (const name of [...this.asked.keys()])
        if (!ports.some((port) => port.name === name)) this.forget(name);
      for (const { name, ifindex } of ports) await this.readPort(name, ifindex);
    } catch (error) {
      this.missing = true;
      this.known.clear();
      this.log.info({ reason: String(error) }, 'no ethtool: pause frames are not counted');
    } finally {
      this.running = false;
    }
  }

  private async readPort(name: string, ifindex: number): Promise<void> {
    if (this.asked.get(name)?.ifindex !== ifindex) this.forget(name);
    const before = this.asked.get(name)?.questions ?? QUESTIONS;
    const questions: Question[] = [];
    const answers: PauseFrames[] = [];
    for (const question of before) {
      const { exitCode, stdout } = await this.ask([...question.words, name]);
      const found = exitCode === 0 ? question.parse(stdout) : null;
      if (found === null) continue;
      questions.push(question);
      answers.push(found);
    }
    this.asked.set(name, { ifindex, questions });
    if (answers.length === 0) this.known.delete(name);
    else this.known.set(name, answers.reduce(added));
  }

  private ask(words: readonly string[]) {
    const command = ['ethtool', ...words];
    const [program = '', ...args] =
      this.netns === null ? command : ['ip', 'netns', 'exec', this.netns, ...command];
    return this.run(program, args, '');
  }

  private forget(name: string): void {
    this.asked.delete(name);
    this.known.delete(name);
  }
}

/** IEEE 802.3 counters, which drivers since Linux 5.13 tell in one form. */
export function linkPauses(text: string): PauseFrames | null {
  const count = (name: string): bigint | null => {
    const found = new RegExp(`^\\s*${name}: (\\d+)$`, 'm').exec(text)?.[1];
    return found === undefined ? null : BigInt(found);
  };
  return pair(count('rx_pause_frames'), count('tx_pause_frames'));
}

/**
 * Frames by priority as drivers call them: mlx5 `rx_prio3_pause`, mlx4 and mlxsw
 * `rx_pause_prio_3`, ice and i40e `rx_priority_3_xoff`, ixgbe `rx_pb_3_pxoff`, bnxt
 * `rx_pfc_ena_frames_pri3`. Frames that end a pause (xon) are frames, too.
 */
const BY_PRIORITY =
  /^\s*(?:port\.)?(rx|tx)_(?:prio[0-7]_pause|pause_prio_[0-7]|priority_[0-7]_xo(?:ff|n)(?:\.nic)?|pb_[0-7]_pxo(?:ff|n)|pfc_ena_frames_pri[0-7]): (\d+)$/gm;

export function priorityPauses(text: string): PauseFrames | null {
  const sums: Record<string, bigint> = {};
  for (const [, way = '', count = ''] of text.matchAll(BY_PRIORITY))
    sums[way] = (sums[way] ?? 0n) + BigInt(count);
  return pair(sums['rx'] ?? null, sums['tx'] ?? null);
}

const added = (a: PauseFrames, b: PauseFrames): PauseFrames => ({
  in: a.in + b.in,
  out: a.out + b.out,
});

const pair = (received: bigint | null, sent: bigint | null): PauseFrames | null =>
  received === null || sent === null ? null : { in: received, out: sent };
