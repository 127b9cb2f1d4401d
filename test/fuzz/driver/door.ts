import type fc from 'fast-check';

/** Inputs are plain data (text, numbers, bytes, lists, records), so that they can be kept. */
export interface Door<Input = unknown> {
  readonly name: string;
  /** What comes in here, in a few words. */
  readonly about: string;
  readonly input: fc.Arbitrary<Input>;
  /** Memory that a library is known to keep for each input, bytes; default 0. */
  readonly libraryBytesPerInput?: number;
  /** Starts what stands behind the door; null with a reason where it cannot run on this host. */
  open(): Promise<OpenDoor<Input> | { readonly skipped: string }>;
}

export interface OpenDoor<Input = unknown> {
  /**
   * Feeds one input and judges what became of it. Resolves with the outcome in a word, for the
   * counts; rejects when the answer is none that this door may give.
   */
  feed(input: Input): Promise<string> | string;
  /** A good request, which must be taken whatever was fed before; rejects when it is not. */
  good(): Promise<void> | void;
  close(): Promise<void>;
}

/** An answer that a door must not give. Everything else that is thrown is a crash. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}

/** Doors that need no end. */
export const nothingToClose = (): Promise<void> => Promise.resolve();
