import { leaseContract } from '@weir/conformance';
import { MemoryLease, MemoryLeaseBoard } from './index';

const never = (): AbortSignal => new AbortController().signal;

leaseContract('memory', async () => {
  const board = new MemoryLeaseBoard();
  return { contender: async () => new MemoryLease(board), dispose: async () => undefined };
});

describe('MemoryLease', () => {
  it('starts above the last epoch of the journal', async () => {
    const lease = new MemoryLease(new MemoryLeaseBoard(async () => 41));
    expect(await lease.acquire(never())).toBe(42);
  });

  it('rejects when the last epoch cannot be read', async () => {
    const board = new MemoryLeaseBoard(() => Promise.reject(new Error('journal damaged')));
    await expect(new MemoryLease(board).acquire(never())).rejects.toThrow('journal damaged');
  });

  it('passes the lease on when it is aborted while the last epoch is read', async () => {
    const board = new MemoryLeaseBoard();
    const abort = new AbortController();
    const first = new MemoryLease(board).acquire(abort.signal);
    abort.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    expect(await new MemoryLease(board).acquire(never())).toBeGreaterThan(0);
  });

  it('calls back once when it is revoked', async () => {
    const lease = new MemoryLease();
    const losses: string[] = [];
    lease.onLost((reason) => losses.push(reason));
    await lease.acquire(never());
    lease.revoke('test');
    lease.revoke('test again');
    expect(losses).toEqual(['test']);
  });
});
