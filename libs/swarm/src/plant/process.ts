import { MemoryLeaseBoard } from '@weir/adapter-lease-memory';
import type { Change } from '@weir/core/model';
import { Incarnation, type Machine } from './incarnation';
import { MachineClock } from './process-clock';
import type { World } from './world';

/** A supervisor starts a process again after this, ms, and up to as much more. */
const RESTART_MS = 1_000;

export const newLeaseBoard = (lastEpoch: () => number): MemoryLeaseBoard =>
  new MemoryLeaseBoard(() => Promise.resolve(lastEpoch()));

/** Where a process is to be killed or stopped: the next time that it passes the label. */
export interface Trap {
  readonly label: string;
  readonly spring: (label: string) => 'killed' | 'goes-on';
}

/** A machine with a controller on it and a supervisor that starts it again when it has ended. */
export class ControllerProcess implements Machine {
  readonly clock: MachineClock;
  incarnation: Incarnation | null = null;
  private traps: Trap[] = [];
  private paused = false;

  constructor(
    readonly name: string,
    private readonly world: World,
    bootMs: number,
  ) {
    this.clock = new MachineClock(world.time, bootMs);
  }

  get isRunning(): boolean {
    return this.incarnation?.gate.isOpen === true;
  }

  /** The incarnation that takes commands, if there is one and it is not stopped. */
  get serving(): Incarnation | null {
    const { incarnation } = this;
    return incarnation?.serving === true && incarnation.gate.isOpen ? incarnation : null;
  }

  changes(): readonly Change[] {
    return this.serving?.changes() ?? [];
  }

  start(): void {
    if (this.incarnation !== null) return;
    this.incarnation = new Incarnation(this.world, this);
    this.tell('started', '');
    void this.incarnation.run();
  }

  crash(detail: string): boolean {
    const { incarnation } = this;
    if (incarnation === null) return false;
    incarnation.kill();
    this.incarnation = null;
    this.paused = false;
    this.tell('crashed', detail, incarnation.epoch);
    this.startLater();
    return true;
  }

  pause(): boolean {
    if (!this.isRunning) return false;
    this.incarnation?.gate.pause();
    this.paused = true;
    this.tell('paused', '');
    return true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.tell('resumed', '');
    this.incarnation?.gate.resume();
  }

  async terminate(): Promise<boolean> {
    if (!this.isRunning || this.incarnation === null) return false;
    await this.incarnation.terminate('terminated');
    return true;
  }

  setTrap(trap: Trap): () => void {
    this.traps.push(trap);
    return () => {
      this.traps = this.traps.filter((one) => one !== trap);
    };
  }

  trap(label: string): 'killed' | 'goes-on' {
    const trap = this.traps.find((one) => one.label === label);
    return trap === undefined ? 'goes-on' : trap.spring(label);
  }

  ended(incarnation: Incarnation, detail: string): void {
    if (this.incarnation !== incarnation) return;
    this.incarnation = null;
    this.tell('stopped', detail, incarnation.epoch);
    this.startLater();
  }

  private startLater(): void {
    const { time, random } = this.world;
    time.after(RESTART_MS + random.below(RESTART_MS), () => {
      this.start();
    });
  }

  private tell(
    what: 'started' | 'crashed' | 'paused' | 'resumed' | 'stopped',
    detail: string,
    epoch = this.incarnation?.epoch ?? 0,
  ): void {
    this.world.timeline.write({ kind: 'process', process: this.name, what, epoch, detail });
  }
}
