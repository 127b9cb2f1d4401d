/** Start-up phases in order; readiness is having passed all that the roles of the process need. */
export const PHASES = ['config', 'journal', 'lease', 'recovery', 'telemetry', 'running'] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseState {
  readonly phase: Phase;
  readonly done: boolean;
  /** Wall-clock ms; null while it is not reached. */
  readonly atMs: number | null;
}

const LEADER_PHASES: ReadonlySet<Phase> = new Set(['lease', 'recovery', 'telemetry', 'running']);

/** Progress of the start, told by `/readyz` while it lasts. */
export class Phases {
  private readonly reached = new Map<Phase, number>();
  private stopping = false;
  private waiting = false;
  private readonly listeners: ((phase: Phase) => void)[] = [];
  private readonly readiness: ((ready: boolean) => void)[] = [];

  constructor(
    private readonly needed: readonly Phase[],
    private readonly wallMs: () => number,
  ) {}

  reach(phase: Phase): void {
    if (this.reached.has(phase)) return;
    this.reached.set(phase, this.wallMs());
    for (const listener of this.listeners) listener(phase);
    this.tellReadiness();
  }

  /** Calls back for each phase that is reached from now on. */
  onReached(listener: (phase: Phase) => void): void {
    this.listeners.push(listener);
  }

  /** Calls back with the readiness now, and whenever it may have changed. */
  onReadiness(listener: (ready: boolean) => void): void {
    this.readiness.push(listener);
    listener(this.ready);
  }

  /** From the first moment of the stop the process is not ready any more. */
  stop(): void {
    this.stopping = true;
    this.tellReadiness();
  }

  /** Another process leads: what only the leader passes is not waited for. */
  setStandby(standby: boolean): void {
    this.waiting = standby;
    this.tellReadiness();
  }

  get standby(): boolean {
    return this.waiting;
  }

  get ready(): boolean {
    const excused = (phase: Phase): boolean => this.waiting && LEADER_PHASES.has(phase);
    return (
      !this.stopping && this.needed.every((phase) => this.reached.has(phase) || excused(phase))
    );
  }

  private tellReadiness(): void {
    for (const listener of this.readiness) listener(this.ready);
  }

  list(): readonly PhaseState[] {
    return this.needed.map((phase) => ({
      phase,
      done: this.reached.has(phase),
      atMs: this.reached.get(phase) ?? null,
    }));
  }
}

/** Phases that a process with these roles passes. */
export function phasesOf(roles: readonly string[]): readonly Phase[] {
  const has = (role: string): boolean => roles.includes(role);
  return PHASES.filter((phase) => {
    switch (phase) {
      case 'journal':
        return has('engine') || has('api');
      case 'lease':
      case 'recovery':
        return has('engine');
      case 'telemetry':
        return has('engine') || has('ingest');
      default:
        return true;
    }
  });
}
