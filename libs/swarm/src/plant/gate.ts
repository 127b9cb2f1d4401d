/** Thrown at a crash point: what runs of the process ends there. */
export class Crashed extends Error {
  constructor(where: string) {
    super(`killed at ${where}`);
    this.name = 'Crashed';
  }
}

/**
 * What stands between a process and everything outside: nothing enters a paused process before it
 * is resumed, and nothing ever enters or leaves a dead one. What is under way outside goes on.
 */
export class Gate {
  private state: 'open' | 'paused' | 'dead' = 'open';
  private readonly held: (() => void)[] = [];

  get isOpen(): boolean {
    return this.state === 'open';
  }
  get isDead(): boolean {
    return this.state === 'dead';
  }

  /** Runs now, when the process is resumed, or never. */
  pass(task: () => void): void {
    if (this.state === 'open') task();
    else if (this.state === 'paused') this.held.push(task);
  }

  /** A call of the process to the outside; both the call and its answer pass the gate. */
  call<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pass(() => {
        work().then(
          (value) => {
            this.pass(() => {
              resolve(value);
            });
          },
          (error: unknown) => {
            this.pass(() => {
              reject(error instanceof Error ? error : new Error(String(error)));
            });
          },
        );
      });
    });
  }

  pause(): void {
    if (this.state === 'open') this.state = 'paused';
  }

  /** In the order in which it came, as sockets are read before timers after a stop. */
  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'open';
    for (let task = this.held.shift(); task !== undefined; task = this.held.shift()) {
      task();
      // The task itself may have led to the end of the process.
      if (!this.isOpen) return;
    }
  }

  kill(): void {
    this.state = 'dead';
    this.held.length = 0;
  }
}
