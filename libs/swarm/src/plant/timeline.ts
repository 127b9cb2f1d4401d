import type { TimelineEvent } from '../timeline';

type Unstamped<E> = E extends { readonly atMs: number } ? Omit<E, 'atMs'> : never;
export type Happening = Unstamped<TimelineEvent>;

/** Writes down what happens, with the time of the run, for whoever watches. */
export class TimelineWriter {
  constructor(
    private readonly nowMs: () => number,
    private readonly see: (event: TimelineEvent) => void,
  ) {}

  write(happening: Happening): void {
    this.see({ atMs: this.nowMs(), ...happening });
  }
}
