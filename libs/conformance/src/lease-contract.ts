import type { Lease } from '@weir/core/ports';
import { eventually } from './eventually';

export interface LeaseHarness {
  /** Another process that wants the same lease. */
  contender(): Promise<Lease>;
  dispose(): Promise<void>;
}

const never = (): AbortSignal => new AbortController().signal;

export function leaseContract(name: string, make: () => Promise<LeaseHarness>): void {
  describe(`lease contract: ${name}`, () => {
    let harness: LeaseHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.dispose());

    it('grants the lease with a positive epoch', async () => {
      const lease = await harness.contender();
      expect(await lease.acquire(never())).toBeGreaterThan(0);
      await lease.release();
    });

    it('makes the second wait for the first, and gives it a larger epoch', async () => {
      const first = await harness.contender();
      const second = await harness.contender();
      const firstEpoch = await first.acquire(never());
      let secondEpoch: number | null = null;
      const waiting = second.acquire(never()).then((epoch) => (secondEpoch = epoch));
      await new Promise((resolve) => setImmediate(resolve));
      expect(secondEpoch).toBeNull();
      await first.release();
      expect(await waiting).toBeGreaterThan(firstEpoch);
      await second.release();
    });

    it('grows the epoch at every grant, to the same holder too', async () => {
      const lease = await harness.contender();
      let last = 0;
      for (let i = 0; i < 3; i++) {
        const epoch = await lease.acquire(never());
        expect(epoch).toBeGreaterThan(last);
        last = epoch;
        await lease.release();
      }
    });

    it('grants to one at a time among many', async () => {
      let holders = 0;
      const epochs: number[] = [];
      const run = async (): Promise<void> => {
        const lease = await harness.contender();
        const epoch = await lease.acquire(never());
        expect(++holders).toBe(1);
        epochs.push(epoch);
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await lease.release();
      };
      await Promise.all(Array.from({ length: 5 }, run));
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      expect(new Set(epochs).size).toBe(5);
    });

    it('stops waiting when the signal aborts, and is not given the lease later', async () => {
      const first = await harness.contender();
      const second = await harness.contender();
      const third = await harness.contender();
      await first.acquire(never());
      const abort = new AbortController();
      const waiting = second.acquire(abort.signal);
      abort.abort(new Error('shutting down'));
      await expect(waiting).rejects.toThrow('shutting down');
      await first.release();
      expect(await third.acquire(never())).toBeGreaterThan(0);
      await third.release();
    });

    it('rejects at once on a signal that is aborted already', async () => {
      const lease = await harness.contender();
      await expect(lease.acquire(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    });

    it('does not report a release as a loss', async () => {
      const lease = await harness.contender();
      const other = await harness.contender();
      const losses: string[] = [];
      lease.onLost((reason) => losses.push(reason));
      await lease.acquire(never());
      await lease.release();
      await other.acquire(never());
      await eventually('release is idempotent', async () => {
        await lease.release();
        return true;
      });
      await other.release();
      expect(losses).toEqual([]);
    });
  });
}
