/**
 * Where flight recordings are kept: bytes that grow while a recording is open. Nothing here may
 * hold up a pass of the loop, so bytes are taken at once and written later.
 */
export interface FlightStore {
  /**
   * Begins a recording; its bytes go nowhere else until `close`. Never throws: what cannot be
   * written is told to `onError`, once, and the rest of the recording is dropped.
   */
  open(head: FlightHead, onError: (error: Error) => void): FlightFile;
}

/** What a recording is called by. */
export interface FlightHead {
  /** Wall-clock ms of its first entry. */
  readonly fromMs: number;
  /** Version of the program that records. */
  readonly version: string;
}

export interface FlightFile {
  /** Takes whole entries, in order. The bytes are not changed afterwards. */
  append(entries: Uint8Array): void;
  /** Makes the recording whole under its final name; `toMs` is the wall time of its last entry. */
  close(toMs: number): Promise<void>;
}
