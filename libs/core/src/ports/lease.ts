/** Leadership of the engine, with a fencing token that grows with every new holder. */
export interface Lease {
  /**
   * Waits until this process holds the lease; resolves with the epoch, larger than every one
   * granted before. Rejects when `signal` aborts.
   */
  acquire(signal: AbortSignal): Promise<number>;
  /** Called once when the lease is lost for whatever reason; the holder must stop at once. */
  onLost(handler: (reason: string) => void): void;
  release(): Promise<void>;
}
